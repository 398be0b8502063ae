using RealtimeGateway.Contracts;
using StackExchange.Redis;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// This node's lease, and the fence that goes with it. Others wait for what a node has to apply only while it has its lease. So a node
/// that had none for a moment, or was stopped and goes on, delivers and accepts nothing until it has applied what it missed: it
/// would be what others took away (promises 9 and 13).
/// </summary>
internal sealed partial class NodeLease : IAsyncDisposable
{
    /// <summary>How long it lasts after it was renewed.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromSeconds(10);

    /// <summary>After so long without a renewal by anybody it was the store that was away, and none of the nodes.</summary>
    public static readonly TimeSpan LongestSilence = Span * 0.6;

    private static readonly TimeSpan Interval = Span / 5;

    /// <summary>What is said to whoever wants something of a node that is behind its fence.</summary>
    public static readonly Error Fenced = new(ErrorCodes.Unavailable, "This node was cut off from the others and is catching up; try again.", RetryAfter: 1);

    private readonly RedisLink _link;
    private readonly Node _node;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeLease> _logger;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;
    private Position? _applied;
    private Position? _toApply;
    private bool _isApart = true;
    private long _renewedAt;
    private volatile bool _isOpen;
    private string? _directory;
    private volatile TaskCompletionSource _soon = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public NodeLease(RedisLink link, Node node, TimeProvider time, ILogger<NodeLease> logger)
    {
        _link = link;
        _node = node;
        _time = time;
        _logger = logger;
        _renewedAt = time.GetTimestamp();
        _running = Task.Run(RunAsync);
    }

    /// <summary>Raised when the fence opens: what was not handed out meanwhile has to be made up for. Handlers do not wait.</summary>
    public event Action? Opened;

    /// <summary>Raised when the control log has to be read, before the fence can open. Handlers do not wait.</summary>
    public event Action? ControlNeeded;

    /// <summary>
    /// Raised when others may have let go of what this node has entered, or the directory is another one (then with true). Handlers do
    /// not wait.
    /// </summary>
    public event Action<bool>? Forgotten;

    /// <summary>Whether this node may deliver and accept now. Cheap enough to be asked for each delivery.</summary>
    public bool IsHeld => _isOpen && _time.GetElapsedTime(Volatile.Read(ref _renewedAt)) < Span;

    /// <summary>Whose lease it is.</summary>
    public string Holder => _node.Id;

    /// <exception cref="RealtimeException">The node may not accept anything now: <c>unavailable</c>.</exception>
    public void Demand()
    {
        if (!IsHeld)
        {
            throw new RealtimeException(Fenced);
        }
    }

    /// <summary>Says how far the control log is applied here.</summary>
    public async ValueTask ReportAsync(Position applied)
    {
        lock (_lock)
        {
            _applied = applied;
            if (_isApart)
            {
                _soon.TrySetResult();
            }
        }

        try
        {
            await _link.CallAsync(RedisScript.Report, [_link.Names.Leases, _link.Names.Applied], [_node.Id, Written(applied)], _end.Token);
        }
        catch (Exception exception) when (exception is RealtimeException or OperationCanceledException or ObjectDisposedException)
        {
            // The next renewal says it.
        }
    }

    /// <summary>Gives it up: nobody waits for this node any more.</summary>
    public async ValueTask RetireAsync()
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }

        await _end.CancelAsync();
        await _running;
        try
        {
            var names = _link.Names;
            await _link.CallAsync(RedisScript.Retire, [names.Leases, names.Applied, names.Entered(_node.Id)], [_node.Id], CancellationToken.None);
        }
        catch (RealtimeException)
        {
            // It ends by itself.
        }
    }

    public ValueTask DisposeAsync() => RetireAsync();

    /// <summary>Reads what <see cref="ReportAsync"/> wrote.</summary>
    public static Position? Read(string? written) =>
        written?.Split(' ') is [var epoch, var offset] && long.TryParse(offset, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? new Position(epoch, number)
            : null;

    private static string Written(Position? applied) =>
        applied is null ? string.Empty : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{applied.Epoch} {applied.Offset}");

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var wait = Interval;
            try
            {
                await RenewAsync();
                wait = _isOpen ? Interval : Interval / 8;
            }
            catch (Exception) when (_end.IsCancellationRequested)
            {
                return; // Whatever it was, nobody waits for it any more.
            }
            catch (RealtimeException)
            {
                wait = Interval / 8;
            }
            catch (Exception exception)
            {
                LogFailed(exception);
            }

            // What has been applied meanwhile may be all that the fence waits for.
            await Task.WhenAny(Task.Delay(wait, _time, _end.Token), _soon.Task);
            _soon = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task RenewAsync()
    {
        // It counts from before it is asked for: Redis counts from later, and so do the others.
        var asked = _time.GetTimestamp();
        Position? applied;
        lock (_lock)
        {
            applied = _applied;
        }

        var names = _link.Names;
        RedisKey[] keys = [names.Leases, names.Applied, names.Directory, names.Position(NodeChannels.Control)];
        RedisValue[] arguments = [_node.Id, (long)Span.TotalMilliseconds, Written(applied), Epoch.New(), (long)LongestSilence.TotalMilliseconds];
        var answer = await _link.CallAsync(RedisScript.Renew, keys, arguments, _end.Token);

        // Whether it was without one is known by its own clock, and by what the others have of it. Neither alone: what it asked for on a
        // link that was stuck may have been done before this, and its answer lost.
        var (directory, isHeld) = ((string?)answer[1], (string?)answer[2] == "1");
        var before = Volatile.Read(ref _renewedAt);
        var isApart = !isHeld || _time.GetElapsedTime(before, asked) >= Span;
        lock (_lock)
        {
            _isApart |= isApart;
            _isOpen &= !_isApart;
            _toApply = Read($"{(string?)answer[3]} {(string?)answer[4]}");
        }

        Volatile.Write(ref _renewedAt, asked);
        var wasFenced = _time.GetElapsedTime(before) >= Span;
        var isOther = _directory is not null && _directory != directory;
        if (_directory is not null && (isOther || isApart))
        {
            Forgotten?.Invoke(isOther);
        }

        _directory = directory;
        if (_isApart)
        {
            ControlNeeded?.Invoke();
            OpenIfApplied();
        }
        else if (wasFenced && IsHeld)
        {
            // It was asked for in time and answered late. The others have waited for this node all along, and it has handed out nothing.
            Open();
        }
    }

    private void OpenIfApplied()
    {
        lock (_lock)
        {
            if (!_isApart || _applied is null || _toApply is null || _toApply.Epoch != _applied.Epoch || _toApply.Offset > _applied.Offset
                || _time.GetElapsedTime(_renewedAt) >= Span)
            {
                return;
            }

            _isApart = false;
            _isOpen = true;
        }

        Open();
    }

    private void Open()
    {
        LogOpened();
        Opened?.Invoke();
    }

    [LoggerMessage(1, LogLevel.Information, "This node is one with the others.")]
    private partial void LogOpened();

    [LoggerMessage(2, LogLevel.Error, "The lease of this node could not be renewed.")]
    private partial void LogFailed(Exception exception);
}
