using System.Threading.Channels;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Sessions;

/// <summary>
/// The control log (<see cref="NodeChannels.Control"/>): writes entries, applies on this node what any node wrote, in its order, and
/// tells how far it is.
/// </summary>
/// <remarks>
/// 1. Hear: the broker's call adds to a queue and returns. 2. Begin each entry, one after another: what it says counts from there
/// on. 3. Report it once its effect on the sessions is done, and so is that of all before it. A session that takes its time, because
/// a host's authorizer does, holds up a report and no entry.
/// A node begins as after a gap: it does not know what was said before, and reads what the nodes remember.
/// </remarks>
internal sealed partial class ControlLog(
    IBroker broker,
    IDirectory directory,
    Node node,
    ControlMemory memory,
    ControlEffects effects,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<ControlLog> logger) : IBrokerHandler, IHostedService, IDisposable
{
    private const string Event = "control";
    private const int MaxBegun = 256;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long a start waits for what the nodes remember, and a stop for the farewell.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    // As much as the log keeps. When it is full, what is in it is let go, and read again as after a gap.
    private readonly Channel<(Position Position, ReadOnlyMemory<byte>? Entry)> _heard =
        Channel.CreateBounded<(Position Position, ReadOnlyMemory<byte>? Entry)>(NodeChannels.ControlRetention.Size);

    // When it is full, the next entry waits for the first to be done.
    private readonly Channel<(Position Position, Task Effect)> _begun = Channel.CreateBounded<(Position Position, Task Effect)>(MaxBegun);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource _reported = NewSignal();
    private volatile Position? _applied;

    /// <summary>Writes an entry, for every node to apply.</summary>
    /// <returns>Its position. When it is refused, or the store that nodes remember by throws, nobody knows whether it was written.</returns>
    public async ValueTask<Result<Position>> WriteAsync(ControlEntry entry)
    {
        // A node that starts meanwhile finds it in the one or hears the other. Half of it would be worse than a wait: nobody gives up.
        if (entry is LastingEntry lasting)
        {
            await memory.WriteAsync(lasting, CancellationToken.None);
        }

        var publication = new Publication
        {
            Channel = NodeChannels.Control,
            Event = Event,
            Data = entry.Write(),
            Id = Guid.CreateVersion7().ToString("N"),
            Time = time.GetUtcNow(),
        };
        var published = await broker.PublishAsync(publication, NodeChannels.ControlRetention, key: null, CancellationToken.None);
        return published.IsRefused(out var refusal, out var receipt) ? refusal : receipt.Position!;
    }

    /// <summary>The position of the last entry about the same that stands behind this one; null when none does.</summary>
    public async ValueTask<Position?> FindFollowingAsync(LastingEntry entry, Position position)
    {
        const int Enough = 1_000;
        var page = await broker.ReadAsync(
            NodeChannels.Control, NodeChannels.ControlRetention, position.Offset, Enough, reverse: false, CancellationToken.None);
        return page.Publications
            .LastOrDefault(next => next.Position!.Epoch == position.Epoch && ControlEntry.TryRead(next.Data, out var found) && found is LastingEntry lasting && lasting.Key == entry.Key)
            ?.Position;
    }

    /// <summary>Whether this node has applied the log up to there, and told so.</summary>
    public bool HasApplied(Position position) => new NodeState(node.Id, _applied).HasApplied(position);

    /// <summary>Completes when it has.</summary>
    public async Task WhenAppliedAsync(Position position, CancellationToken cancellationToken)
    {
        while (true)
        {
            var reported = Volatile.Read(ref _reported).Task;
            if (HasApplied(position))
            {
                return;
            }

            await reported.WaitAsync(cancellationToken);
        }
    }

    public void OnPublication(Publication publication)
    {
        if (publication.Position is { } position)
        {
            Hear(position, publication.Data);
        }
        else
        {
            // Whoever published it is no node.
            metrics.ControlUnreadable();
        }
    }

    public void OnGap(Position top, string reason)
    {
        LogGap(reason);
        Hear(top, entry: null);
    }

    public void OnMessage(ReadOnlyMemory<byte> message)
    {
        // Messages are kept nowhere; what every node has to apply is not sent by them.
    }

    /// <summary>Returns when this node knows what the others remember, or the store does not say it in time: then it tries on.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var reported = _reported.Task;
        _running = RunAsync(_stop.Token);
        try
        {
            await reported.WaitAsync(StartPatience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogStartedWithout();
        }
    }

    /// <summary>Applies nothing any more, and is not waited for.</summary>
    /// <param name="cancellationToken">Not heeded: a host whose connections took long to end has no patience left, and the farewell is short.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        try
        {
            await LeaveAsync().WaitAsync(StopPatience, time, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogLeftSilently(exception);
        }
    }

    // A host that never stopped it lets go of it here. The source holds nothing but who waits for it.
    public void Dispose() => _stop.Cancel();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Hear(Position position, ReadOnlyMemory<byte>? entry)
    {
        if (_heard.Writer.TryWrite((position, entry)))
        {
            return;
        }

        while (_heard.Reader.TryRead(out _))
        {
        }

        _heard.Writer.TryWrite((position, null));
    }

    private async Task RunAsync(CancellationToken stop)
    {
        Position? start = null;
        await RetryAsync(async () => start = await broker.SubscribeAsync(NodeChannels.Control, NodeChannels.ControlRetention, this, stop), stop);
        await Task.WhenAll(BeginAsync(start!, stop), ReportAsync(stop));
    }

    private async Task BeginAsync(Position start, CancellationToken stop)
    {
        await BeginAnewAsync(start, stop);
        await foreach (var (position, bytes) in _heard.Reader.ReadAllAsync(stop))
        {
            if (bytes is null)
            {
                await BeginAnewAsync(position, stop);
            }
            else if (ControlEntry.TryRead(bytes.Value, out var entry))
            {
                await (entry is RememberAgain ? BeginAnewAsync(position, stop) : BeginAsync(position, entry, stop));
            }
            else
            {
                metrics.ControlUnreadable();
                LogUnreadable(position.Offset);
                await _begun.Writer.WriteAsync((position, Task.CompletedTask), stop);
            }
        }
    }

    private async Task BeginAsync(Position position, ControlEntry entry, CancellationToken stop) =>
        await _begun.Writer.WriteAsync((position, ApplyAsync(entry)), stop);

    private async Task BeginAnewAsync(Position position, CancellationToken stop)
    {
        var hasToldMore = false;
        await RetryAsync(async () => hasToldMore |= await memory.ExchangeAsync(stop), stop);
        if (hasToldMore)
        {
            // A node that has read what the nodes remember before this was written did not read it.
            await RetryAsync(async () => (await WriteAsync(new RememberAgain())).OrThrow(), stop);
        }

        await _begun.Writer.WriteAsync((position, effects.ApplyAllAsync()), stop);
    }

    // Up to its first wait it runs in the order of entries.
    private async Task ApplyAsync(ControlEntry entry)
    {
        var following = entry is LastingEntry lasting ? effects.Remember(lasting) : null;
        await effects.ApplyAsync(entry);
        if (following is not null)
        {
            // Before this node reports the entry: whoever waits for that finds what follows.
            await RetryAsync(async () => (await WriteAsync(following)).OrThrow(), _stop.Token);
        }
    }

    private async Task ReportAsync(CancellationToken stop)
    {
        await foreach (var (position, effect) in _begun.Reader.ReadAllAsync(stop))
        {
            try
            {
                await effect.WaitAsync(stop);
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                LogNotApplied(position.Offset, exception);
            }

            await RetryAsync(() => directory.ReportAsync(node, position).AsTask(), stop);
            _applied = position;
            Interlocked.Exchange(ref _reported, NewSignal()).SetResult();
        }
    }

    private async Task LeaveAsync()
    {
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // It was told to stop.
        await broker.UnsubscribeAsync(NodeChannels.Control, this, CancellationToken.None);
        await directory.RetireAsync(node);
    }

    private async Task RetryAsync(Func<Task> attempt, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await attempt();
                return;
            }
            catch (RealtimeException exception)
            {
                LogUnavailable(exception.Error.Message);
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                LogFailed(exception);
            }

            await Task.Delay(RetryInterval, time, stop);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Entry {Offset} of the control log cannot be read and is passed over: a newer gateway wrote it, or none did.")]
    private partial void LogUnreadable(long offset);

    [LoggerMessage(2, LogLevel.Error, "Entry {Offset} of the control log could not be applied as a whole.")]
    private partial void LogNotApplied(long offset, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "Entries of the control log were lost ({Reason}); what the nodes remember is read again.")]
    private partial void LogGap(string reason);

    [LoggerMessage(4, LogLevel.Warning, "The control log is not at hand, and is tried again every second: {Reason}")]
    private partial void LogUnavailable(string reason);

    [LoggerMessage(5, LogLevel.Error, "The control log failed, and is tried again every second.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "The gateway starts without what was revoked before, since the control log is not at hand; it is tried on.")]
    private partial void LogStartedWithout();

    [LoggerMessage(7, LogLevel.Warning, "The end of this node could not be told to the others; they find it out by themselves.")]
    private partial void LogLeftSilently(Exception exception);
}
