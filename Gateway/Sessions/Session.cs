using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>One client on this node: its connection, who it is, what it is subscribed to.</summary>
/// <remarks>
/// What changes it (subscribe, unsubscribe, authenticate, expiry, the server's grants, the end) happens one after another,
/// through its gate. What is handed to it does not pass the gate: a channel only adds to the connection's queue.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Its end is asynchronous: CloseAsync frees the timer.")]
internal sealed partial class Session : ICaller
{
    /// <summary>How long a user is expected back after a connection of his closed, however it did (promise 10).</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly Error Ended = new(ErrorCodes.Unavailable, "The session has ended.");
    private static readonly Error NotApplied = new(ErrorCodes.Internal, "The gateway failed to apply what has changed.");

    private readonly SessionServices _services;
    private readonly ILogger<Session> _logger;
    private readonly AsyncGate _gate = new();
    private readonly SubscriptionSet _subscriptions;
    private readonly RightsTimer _rights;
    private volatile Admitted _admitted;
    private object _decidedBy;
    private JsonElement? _profile;
    private volatile bool _hasEnded;

    /// <summary>A client that was admitted, before anything is done for it.</summary>
    public Session(IClientConnection connection, Admitted admitted, SessionServices services)
    {
        Connection = connection;
        _admitted = admitted;
        _services = services;
        _decidedBy = services.Rights.Rules;
        _logger = services.Logger;
        _subscriptions = new SubscriptionSet(this, services);
        _rights = new RightsTimer(services.RightsClock, static session => _ = ((Session)session).ReviewAsync(), this); // It logs its own exceptions.
    }

    public IClientConnection Connection { get; }

    public string ConnectionId => Connection.Id;

    public Identity Identity => _admitted.Identity;

    /// <summary>What the client told of its user; null until it does, and again when the session is somebody else.</summary>
    public JsonElement? Profile => _profile;

    /// <summary>What the registry counts it for; null while it does not. Nobody else sets it.</summary>
    public CountedSession? Counted { get; set; }

    /// <summary>What the client may ask for beside its subscriptions.</summary>
    public ClientOperations Operations => _services.Operations;

    private SessionLimits Limits => _services.Limits.Current;

    /// <summary>Begins the session, or closes its connection where it cannot begin.</summary>
    public async ValueTask OpenAsync()
    {
        using var _ = await _gate.EnterAsync(CancellationToken.None);
        try
        {
            await OpenNeedsGateAsync();
        }
        catch (RealtimeException refused)
        {
            // It cannot hear what every session hears: nothing of it is to look as if it did.
            End(refused.Error);
        }
    }

    private async ValueTask OpenNeedsGateAsync()
    {
        // The rules may have changed between the door and here. From here on the session is asked again with all others.
        if (_services.Registry.TryAdd(this, _admitted.Address, Limits) is { } tooMany)
        {
            End(tooMany);
        }
        else if (_services.Admission.Review(_admitted).IsRefused(out var refusal, out var admitted))
        {
            End(refusal);
        }
        else
        {
            _admitted = admitted;
            _services.Registry.TryMove(this, Identity.UserId, Limits);
            await _subscriptions.SetAsync(ImplicitOf(Identity), CancellationToken.None);
            _rights.Set(Identity.ExpiresAt);
            LogOpened(ConnectionId, Identity.UserId);
        }
    }

    /// <summary>
    /// Counts what the client does. One that keeps on after it was refused is closed; what is asked for after the end is refused.
    /// </summary>
    public Error? Charge(Operation operation, int times = 1)
    {
        if (_hasEnded)
        {
            return Ended;
        }

        if (_services.Limiter.Charge(operation, _admitted.CountedAs, times) is not { } refusal)
        {
            return null;
        }

        if (_services.Limiter.CountRefusal(ConnectionId))
        {
            End(refusal);
        }

        return refusal;
    }

    /// <summary>Ends the session by the server's word, for good as far as its client listens.</summary>
    public async ValueTask DisconnectAsync(Error reason)
    {
        using var _ = await _gate.EnterAsync(CancellationToken.None);
        if (_hasEnded)
        {
            return;
        }

        try
        {
            await _subscriptions.ClearAsync(GraceOf(Identity));
        }
        finally
        {
            _hasEnded = true;
            Connection.CloseForGood(reason);
        }
    }

    /// <summary>Lets what the client asked for be answered, for so long at most, then ends the session and tells it why.</summary>
    public async Task LeaveAsync(Error reason, TimeSpan patience)
    {
        try
        {
            await Connection.FinishAsync().WaitAsync(patience, _services.Time);
        }
        catch (TimeoutException)
        {
            // Whatever it waits for, the end does not.
        }

        End(reason);
    }

    /// <summary>Ends the session. Its connection is closed already, or being closed.</summary>
    public async ValueTask CloseAsync()
    {
        using var _ = await _gate.EnterAsync(CancellationToken.None);
        _hasEnded = true;
        _rights.Dispose();
        _services.Registry.Remove(this);
        await _subscriptions.ClearAsync(GraceOf(Identity));
        LogClosed(ConnectionId);
    }

    /// <summary>Hands over a message. One that cannot be handed over ends this session, and is nobody else's trouble.</summary>
    public void Deliver(Outbound message)
    {
        try
        {
            Connection.Outlet.Send(message);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>Ends the session because the gateway failed it. Whoever found that out does not wait for the end.</summary>
    public void Fail(Exception exception) => ThreadPool.UnsafeQueueUserWorkItem(
        static failed =>
        {
            failed.Session.LogFailed(failed.Session.ConnectionId, failed.Exception);
            failed.Session.End(new Error(ErrorCodes.Internal, "The gateway failed to hand over a publication; connect again."));
        },
        (Session: this, Exception: exception),
        preferLocal: false);

    // Its connection is not gone at once where the client does not read. What it asks for until then is refused.
    private void End(Error reason)
    {
        _hasEnded = true;
        Connection.Close(reason);
    }

    // A guest who comes back is another: nobody is expected.
    private static TimeSpan GraceOf(Identity identity) => identity.UserId is null ? TimeSpan.Zero : Grace;

    [LoggerMessage(1, LogLevel.Debug, "Session {ConnectionId} opened for user {UserId}.")]
    private partial void LogOpened(string connectionId, string? userId);

    [LoggerMessage(2, LogLevel.Debug, "Session {ConnectionId} ended.")]
    private partial void LogClosed(string connectionId);

    [LoggerMessage(4, LogLevel.Error, "Session {ConnectionId} could not be given a publication and is closed.")]
    private partial void LogFailed(string connectionId, Exception exception);
}
