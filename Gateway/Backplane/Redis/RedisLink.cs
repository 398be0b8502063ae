using System.Collections.Concurrent;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using StackExchange.Redis;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// The link of this node to Redis: scripts that are answered or refused within 1.5 s, subscriptions that come back by themselves, and
/// an eye on both. A link that looks healthy and carries nothing is found by a message to itself, and replaced.
/// </summary>
internal sealed partial class RedisLink : IAsyncDisposable
{
    /// <summary>How long one call may take: whoever waits for it is answered within 2 s (promise 13).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <summary>How often the link is looked at.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>For how long nothing may come before the link is given up for a new one.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(3.5);

    // A new connection subscribes to so many channels at a time.
    private const int BatchSize = 1_000;

    private static readonly Error Away = new(ErrorCodes.Unavailable, "The gateway's store does not answer; try again.", RetryAfter: 1);

    private readonly RedisSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisLink> _logger;
    private readonly ConcurrentDictionary<string, Action<ReadOnlyMemory<byte>>> _subscribed = new(StringComparer.Ordinal);
    private readonly StoreName _store;
    private readonly AsyncGate _identifying = new();
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _look = new(0, 1);
    private readonly string _probe;
    private readonly Task _running;
    private volatile ConnectionMultiplexer? _connection;
    private volatile bool _isUp;
    private bool _isNew;
    private int _isToldDown;
    private volatile string? _generation;
    private long _heardAt;
    private long _answeredAt;

    public RedisLink(RedisSettings settings, Node node, TimeProvider time, ILogger<RedisLink> logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        Names = new Names(settings.Prefix);
        _store = new StoreName(settings, Names, logger);
        _probe = settings.Prefix + "probe:" + node.Id;
        _subscribed[_probe] = _ => Volatile.Write(ref _heardAt, _time.GetTimestamp());
        _running = Task.Run(RunAsync);
    }

    /// <summary>Raised when messages may have been missed, or the store be another one than before. Handlers do not wait.</summary>
    public event Action? Restored;

    public Names Names { get; }

    /// <summary>Whether Redis answers, as far as is known.</summary>
    public bool IsUp => _isUp;

    /// <summary>Whether calls are answered and nothing of what is published comes: what is to be heard has to be fetched.</summary>
    public bool IsDeaf => _isUp && _time.GetElapsedTime(Volatile.Read(ref _heardAt)) > MaxSilence;

    /// <summary>Which store it is; null before it was ever reached.</summary>
    public string? Generation => _generation;

    /// <summary>Calls a script on this store and no other; what has to be found out about the store before that is.</summary>
    /// <param name="script">The script.</param>
    /// <param name="keys">Its keys from the second on; the first is always that of the generation.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Gives up waiting; whether it had an effect is then unknown.</param>
    /// <returns>What it gives, with the word for what became of it first.</returns>
    /// <exception cref="RealtimeException">Redis does not answer, or cannot take it now: <c>unavailable</c>.</exception>
    public async ValueTask<RedisResult[]> CallAsync(RedisScript script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        await WhenBegunAsync(cancellationToken);
        RedisKey[] all = [Names.Generation, .. keys];
        for (var isFirst = true; ; isFirst = false)
        {
            var generation = _generation;
            if (!_isUp || _connection is not { } connection)
            {
                throw new RealtimeException(Away);
            }

            var answer = await EvaluateAsync(connection, script, all, arguments, cancellationToken);
            if (answer is not null && (string?)answer[0] != "lost")
            {
                return answer;
            }

            // It did nothing. This is not the store that it was, or nobody has named it yet.
            if (!isFirst)
            {
                throw new RealtimeException(Away);
            }

            try
            {
                await IdentifyAsync(connection, generation, disowned: null, cancellationToken);
            }
            catch (InvalidOperationException exception)
            {
                SetDown(exception.Message);
                throw new RealtimeException(Away);
            }
        }
    }

    /// <summary>The store has lost something that it had: it is another one from now on, whatever it calls itself.</summary>
    /// <param name="generation">What it called itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask DisownAsync(string? generation, CancellationToken cancellationToken)
    {
        if (_connection is { } connection)
        {
            await IdentifyAsync(connection, generation, generation, cancellationToken);
        }
    }

    /// <summary>Brings a message to whoever subscribes to a channel.</summary>
    /// <returns>How many do.</returns>
    /// <exception cref="RealtimeException">Redis does not answer: <c>unavailable</c>.</exception>
    public async ValueTask<int> PublishAsync(string channel, byte[] message, CancellationToken cancellationToken)
    {
        await WhenBegunAsync(cancellationToken);
        if (!_isUp || _connection is not { } connection)
        {
            throw new RealtimeException(Away);
        }

        return (int)await GuardAsync(connection.GetSubscriber().PublishAsync(Literal(channel), message), cancellationToken);
    }

    /// <summary>Hears a channel of Redis from now on, over every reconnect; nothing of what was published before this returned is promised.</summary>
    /// <exception cref="RealtimeException">Redis does not answer: <c>unavailable</c>; it is not heard then.</exception>
    public async ValueTask SubscribeAsync(string channel, Action<ReadOnlyMemory<byte>> onMessage, CancellationToken cancellationToken)
    {
        await WhenBegunAsync(cancellationToken);
        if (!_isUp || _connection is not { } connection)
        {
            throw new RealtimeException(Away);
        }

        _subscribed[channel] = onMessage;
        try
        {
            await GuardAsync(SubscribeAsync(connection, channel, onMessage), cancellationToken, isHearing: true);
        }
        catch
        {
            await UnsubscribeAsync(channel);
            throw;
        }
    }

    /// <summary>Hears it no longer. It does not fail: a link that is down forgets its subscriptions itself.</summary>
    public async ValueTask UnsubscribeAsync(string channel)
    {
        _subscribed.TryRemove(channel, out _);
        if (_connection is not { } connection)
        {
            return;
        }

        // A link that is down is told as well, and not waited for: it would hear the channel again when it is back.
        var unsubscribing = UnsubscribeAsync(connection, channel);
        try
        {
            await (_isUp ? GuardAsync(unsubscribing, CancellationToken.None, isHearing: true) : Task.CompletedTask);
        }
        catch (RealtimeException)
        {
            // What comes of it is dropped.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _connection?.Dispose();
        _end.Dispose();
        _look.Dispose();
    }

    private static RedisChannel Literal(string channel) => new(channel, RedisChannel.PatternMode.Literal);

    private static Task<bool> UnsubscribeAsync(ConnectionMultiplexer connection, string channel) =>
        Answered(connection.GetSubscriber().UnsubscribeAsync(Literal(channel)));

    private static async Task<bool> Answered(Task task)
    {
        await task;
        return true;
    }

    // What becomes of it concerns nobody.
    private static void LetGo(ConnectionMultiplexer connection) => _ = Task.Run(connection.Dispose);

    private Task<bool> SubscribeAsync(ConnectionMultiplexer connection, string channel, Action<ReadOnlyMemory<byte>> onMessage) =>
        Answered(connection.GetSubscriber().SubscribeAsync(Literal(channel), (_, message) =>
        {
            // One that was replaced may still bring something; so may a channel that is heard no longer.
            if (ReferenceEquals(connection, _connection) && _subscribed.ContainsKey(channel))
            {
                onMessage((byte[]?)message ?? []);
            }
        }));

    // The first to need it waits for the beginning, as long as for anything else.
    private async ValueTask WhenBegunAsync(CancellationToken cancellationToken)
    {
        if (!_begun.Task.IsCompleted)
        {
            try
            {
                await _begun.Task.WaitAsync(Patience, _time, cancellationToken);
            }
            catch (TimeoutException)
            {
                throw new RealtimeException(Away);
            }
        }
    }

    // Null when this server does not know the script.
    private async ValueTask<RedisResult[]?> EvaluateAsync(
        ConnectionMultiplexer connection,
        RedisScript script,
        RedisKey[] keys,
        RedisValue[] arguments,
        CancellationToken cancellationToken)
    {
        try
        {
            return (RedisResult[])(await GuardAsync(connection.GetDatabase().ScriptEvaluateAsync(script.Hash, keys, arguments), cancellationToken))!;
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return null;
        }
    }

    // Everything that waits for Redis waits here: its own calls have no bound.
    private async Task<T> GuardAsync<T>(Task<T> call, CancellationToken cancellationToken, bool isHearing = false)
    {
        try
        {
            return await call.WaitAsync(Patience, _time, cancellationToken);
        }
        catch (RedisServerException exception) when (IsPassing(exception))
        {
            LogRefused(exception.Message.Split(' ')[0]);
            throw new RealtimeException(Away);
        }
        catch (Exception exception) when (exception is TimeoutException or RedisConnectionException or RedisTimeoutException or ObjectDisposedException
            || exception is TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Nobody else is to wait as long for the same answer. What is heard has a connection of its own, which may be the one that fails.
            if (!isHearing)
            {
                SetDown(exception.GetType().Name);
            }

            throw new RealtimeException(Away);
        }
    }

    // What a server says that will take it later: full, loading, read-only, or busy.
    private static bool IsPassing(RedisServerException exception) => exception.Message.Split(' ')[0] is
        "OOM" or "LOADING" or "READONLY" or "BUSY" or "MISCONF" or "MASTERDOWN" or "NOREPLICAS" or "NOAUTH" or "NOPERM" or "WRONGPASS" or "UNKILLABLE" or "TRYAGAIN";

    private void SetDown(string? reason = null)
    {
        _isUp = false;
        if (reason is not null && Interlocked.Exchange(ref _isToldDown, 1) == 0)
        {
            LogDown(reason);
        }

        if (_look.CurrentCount == 0)
        {
            try
            {
                _look.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else did.
            }
        }
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                if (_connection is { } connection)
                {
                    await LookAsync(connection);
                }
                else
                {
                    Take(await ConnectAsync());
                    continue;
                }
            }
            catch (Exception) when (_end.IsCancellationRequested)
            {
                return; // Whatever it was, nobody waits for it any more.
            }
            catch (Exception exception)
            {
                SetDown(exception is RedisServerException or InvalidOperationException ? exception.Message : exception.GetType().Name);
            }

            if (_connection is not null && (IsDeaf || _time.GetElapsedTime(_answeredAt) > MaxSilence))
            {
                await TryReplaceAsync();
            }

            try
            {
                await _look.WaitAsync(_isUp ? Beat : Beat / 4, _end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // Another connection is made beside the one that carries nothing, which may still answer calls. The first that does both is taken.
    private async Task TryReplaceAsync()
    {
        ConnectionMultiplexer? next = null;
        try
        {
            next = await ConnectAsync();
            await next.GetDatabase().PingAsync().WaitAsync(Patience, _time, _end.Token);
            var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await next.GetSubscriber().SubscribeAsync(Literal(_probe), (_, _) => heard.TrySetResult()).WaitAsync(Patience, _time, _end.Token);
            await next.GetSubscriber().PublishAsync(Literal(_probe), "1").WaitAsync(Patience, _time, _end.Token);
            await heard.Task.WaitAsync(Patience, _time, _end.Token);
        }
        catch (Exception)
        {
            // Redis is away, or whatever is between: the one that there is is looked at on.
            if (next is not null)
            {
                LetGo(next);
            }

            return;
        }

        var before = _connection;
        Take(next);
        if (before is not null)
        {
            LetGo(before);
        }
    }

    private void Take(ConnectionMultiplexer connection)
    {
        // It has to be identified, and hears nothing yet.
        _generation = null;
        _isNew = true;
        _isUp = false;
        _connection = connection;
        Volatile.Write(ref _heardAt, _time.GetTimestamp());
        _answeredAt = _time.GetTimestamp();
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var connecting = ConnectionMultiplexer.ConnectAsync(_settings.Configuration);
        ConnectionMultiplexer connection;
        try
        {
            connection = await connecting.WaitAsync(2 * MaxSilence, _time, _end.Token);
        }
        catch
        {
            _ = connecting.ContinueWith(static late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }

        connection.ConnectionRestored += (_, restored) =>
        {
            if (ReferenceEquals(connection, _connection) && restored.ConnectionType == ConnectionType.Interactive)
            {
                // It may be another server: nothing is written before that is known.
                _generation = null;
                SetDown();
            }
            else if (ReferenceEquals(connection, _connection) && _isUp)
            {
                // What was published while it was away did not come.
                Restored?.Invoke();
            }
        };
        return connection;
    }

    // One look: does it answer, is it the store that it was, does it bring what is published.
    private async Task LookAsync(ConnectionMultiplexer connection)
    {
        await connection.GetDatabase().PingAsync().WaitAsync(Patience, _time, _end.Token);
        _answeredAt = _time.GetTimestamp();
        if (!_isUp)
        {
            await IdentifyAsync(connection, _generation, disowned: null, _end.Token);
            if (_isNew)
            {
                foreach (var batch in _subscribed.Chunk(BatchSize))
                {
                    await Task.WhenAll(batch.Select(entry => SubscribeAsync(connection, entry.Key, entry.Value))).WaitAsync(Patience, _time, _end.Token);
                    _answeredAt = _time.GetTimestamp();
                }

                _isNew = false;
            }

            Volatile.Write(ref _heardAt, _time.GetTimestamp());
            _isUp = true;
            Volatile.Write(ref _isToldDown, 0);
            LogUp();
            _begun.TrySetResult();
            Restored?.Invoke();
        }

        await connection.GetSubscriber().PublishAsync(Literal(_probe), "1").WaitAsync(Patience, _time, _end.Token);
    }

    // Once, however many ask.
    private async ValueTask IdentifyAsync(ConnectionMultiplexer connection, string? known, string? disowned, CancellationToken cancellationToken)
    {
        using var _ = await _identifying.EnterAsync(cancellationToken);
        if (_generation != known && disowned is null)
        {
            return; // Somebody else has found out meanwhile.
        }

        var generation = await GuardAsync(_store.FindAsync(connection.GetDatabase(), disowned), cancellationToken);
        var isOther = _generation != generation;
        _generation = generation;
        if (isOther)
        {
            LogStore(generation);
            if (_isUp)
            {
                Restored?.Invoke();
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Redis answers.")]
    private partial void LogUp();

    [LoggerMessage(2, LogLevel.Warning, "Redis does not answer: {Reason}. Nothing can be published until it does; clients stay connected.")]
    private partial void LogDown(string reason);

    [LoggerMessage(3, LogLevel.Information, "The store in Redis is {Generation}. Where it was another before, every channel is in a new epoch.")]
    private partial void LogStore(string? generation);

    [LoggerMessage(4, LogLevel.Warning, "Redis refused a call: {Code}.")]
    private partial void LogRefused(string code);
}
