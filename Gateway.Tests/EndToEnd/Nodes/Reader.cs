using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.EndToEnd.Nodes.Checking;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>
/// A client as the protocol says one should be: it subscribes, remembers its positions, comes back from there when its connection
/// ends, and tells the checker of all that it gets.
/// </summary>
/// <param name="checker">Whom it tells.</param>
/// <param name="userId">Who it is, by a token of now.</param>
/// <param name="channels">What it subscribes to, in one call.</param>
/// <param name="hubUrl">Where the connection of this number goes; the first is 0.</param>
internal sealed class Reader(HistoryChecker checker, string userId, IReadOnlyList<string> channels, Func<int, string> hubUrl)
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestOpening = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(userId.GetHashCode(StringComparison.Ordinal));
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _sinceSaid = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Place> _places = channels.ToDictionary(channel => channel, channel => new Place(checker.Subscriber(userId, channel, userId)));
    private Task _running = Task.CompletedTask;
    private string _token = string.Empty;
    private RawClient? _client;
    private bool _isAnswered;

    /// <summary>How long it hears nothing before it takes the connection for lost; 30 s, as the protocol says.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether it connects again when its connection has ended.</summary>
    public bool ComesBack { get; set; } = true;

    /// <summary>Its teams.</summary>
    public string[] Teams { get; init; } = [];

    /// <summary>Somebody on the way who makes something else of each message; null for nobody.</summary>
    public Func<JsonNode, IEnumerable<JsonNode>>? Meddler { get; init; }

    public string UserId => userId;

    public IReadOnlyList<string> Channels => channels;

    /// <summary>How many of its connections were subscribed.</summary>
    public int Subscriptions { get; private set; }

    /// <summary>Whether it is connected and subscribed.</summary>
    public bool IsSubscribed => _isAnswered;

    /// <summary>The channels that it was told it may no longer hear.</summary>
    public IReadOnlyList<string> Revoked => [.. channels.Where(channel => _places[channel].IsRevoked)];

    private bool IsStopped => _stopped.Task.IsCompleted;

    /// <summary>What it has got of a channel. To be looked at when it has stopped.</summary>
    public SubscriberLog LogOf(string channel) => _places[channel].Log;

    /// <summary>Connects and reads until it is stopped. Returns when it is subscribed.</summary>
    public Task StartAsync()
    {
        _token = TestTokens.For(userId, Teams); // One for all connections: a later one would count after a revocation.
        _running = RunAsync();
        return Task.WhenAny(_subscribed.Task, _running).Unwrap().InTime();
    }

    /// <summary>Returns when it is at this position of a channel, or further in this epoch.</summary>
    public Task ReachAsync(string channel, Position position)
    {
        lock (_lock)
        {
            var place = _places[channel];
            if (place.HasReached(position))
            {
                return Task.CompletedTask;
            }

            var wait = (position, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            place.Waits.Add(wait);
            return wait.Item2.Task;
        }
    }

    /// <summary>Where it is in a channel, for sentences.</summary>
    public Position? At(string channel)
    {
        lock (_lock)
        {
            return _places[channel].Seen;
        }
    }

    /// <summary>Breaks its connection, as networks do.</summary>
    public ValueTask DropAsync() => _client?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Ends it: what it has, it has. Throws what was no end of a connection.</summary>
    public async Task StopAsync()
    {
        _stopped.TrySetResult();
        if (_client is { } client)
        {
            await client.DisposeAsync();
        }

        await _running.InTime();
    }

    /// <summary>Whether this is how a connection ends, or is not made.</summary>
    internal static bool IsLost(Exception exception) =>
        exception is WebSocketException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    private async Task RunAsync()
    {
        for (var connection = 0; !IsStopped && (connection == 0 || ComesBack); connection++)
        {
            try
            {
                if (connection > 0)
                {
                    await Task.WhenAny(Task.Delay(LongestPause * _random.NextDouble()), _stopped.Task);
                }

                await ReadAsync(hubUrl(connection));
            }
            catch (Exception exception) when (IsLost(exception))
            {
                // It comes back.
            }

            // What was open when it was stopped counts as open.
            if (!IsStopped)
            {
                _isAnswered = false;
                foreach (var place in _places.Values)
                {
                    place.Log.End();
                }
            }
        }
    }

    private async Task ReadAsync(string url)
    {
        await using var client = await RawClient.OpenAsync(url, _token).WaitAsync(LongestOpening);
        _client = client;
        if (IsStopped)
        {
            return; // Before there was a client to dispose.
        }

        await client.BeginAsync();
        await SubscribeAsync(client);
        while (true)
        {
            var message = await client.NextAsync(Patience);
            foreach (var told in Meddler?.Invoke(message) ?? [message])
            {
                TakeWhole(told);
            }

            // The gateway says something at least every 15 s.
            if (_sinceSaid.Elapsed > PingInterval)
            {
                await SayAsync(client, """{"type":6}""");
            }
        }
    }

    private Task SubscribeAsync(RawClient client)
    {
        var wanted = _places.Values.Where(place => !place.IsRevoked).Select(place => place.Begin()).ToArray();
        return SayAsync(client, JsonSerializer.Serialize(new
        {
            type = 1,
            invocationId = "s",
            target = "Subscribe",
            arguments = new[] { new { channels = wanted } },
        }));
    }

    private Task SayAsync(RawClient client, string message)
    {
        _sinceSaid.Restart();
        return client.SendAsync(message);
    }

    // What is not as the protocol says is no end of a connection.
    private void TakeWhole(JsonNode message)
    {
        try
        {
            Take(message);
        }
        catch (Exception exception) when (exception is InvalidOperationException or NullReferenceException or KeyNotFoundException)
        {
            throw new FormatException(message.ToJsonString(), exception);
        }
    }

    private void Take(JsonNode message)
    {
        switch (message["type"]!.GetValue<int>())
        {
            case 1 when (string?)message["target"] == "event":
                TakeEvent(message["arguments"]![0]!);
                break;
            case 1 when (string?)message["target"] == "subscription":
                TakeNotice(message["arguments"]![0]!);
                break;
            case 3:
                TakeAnswer(message);
                break;
        }
    }

    private void TakeAnswer(JsonNode message)
    {
        if ((string?)message["error"] is { } error)
        {
            throw new IOException(error); // It tries again elsewhere.
        }

        foreach (var answer in message["result"]!["channels"]!.AsArray())
        {
            var place = _places[(string)answer!["channel"]!];
            lock (_lock)
            {
                place.Answered(PositionIn(answer), answer["recovered"]?.GetValue<bool>(), (string?)answer["reason"]);
            }
        }

        _isAnswered = true;
        Subscriptions++;
        _subscribed.TrySetResult();
    }

    private void TakeEvent(JsonNode heard)
    {
        // What every session hears is nothing that it asked for.
        if (_places.GetValueOrDefault((string)heard["channel"]!) is { } place)
        {
            lock (_lock)
            {
                place.Event(
                    PositionIn(heard),
                    checker.Shared((string)heard["id"]!),
                    checker.Shared(heard["data"]?.GetValueKind() == JsonValueKind.String ? (string)heard["data"]! : $"{heard["data"]?.ToJsonString()}"),
                    heard["replayed"]?.GetValue<bool>() is true);
            }
        }
    }

    private void TakeNotice(JsonNode notice)
    {
        if (_places.GetValueOrDefault((string)notice["channel"]!) is not { } place)
        {
            return;
        }

        lock (_lock)
        {
            switch ((string)notice["state"]!)
            {
                case SubscriptionStates.Gap when (string?)notice["reason"] != SubscriptionStates.Presence:
                    place.Gap(PositionIn(notice)!, (string)notice["reason"]!);
                    break;
                case SubscriptionStates.Position:
                    place.Position(PositionIn(notice)!);
                    break;
                case SubscriptionStates.Revoked:
                    place.Revoked();
                    break;
            }
        }
    }

    private Position? PositionIn(JsonNode node) =>
        node["offset"] is { } offset ? new Position(checker.Shared((string)node["epoch"]!), offset.GetValue<long>()) : null;

    /// <summary>Where it is in one channel.</summary>
    private sealed class Place(SubscriberLog log)
    {
        private Position? _since;
        private Position? _here;
        private bool _isAnswered;

        public SubscriberLog Log => log;

        public List<(Position Position, TaskCompletionSource Reached)> Waits { get; } = [];

        /// <summary>The last position that it was told.</summary>
        public Position? Seen { get; private set; }

        public bool IsRevoked { get; private set; }

        public bool HasReached(Position position) => Seen?.Epoch == position.Epoch && Seen.Offset >= position.Offset;

        /// <summary>It subscribes again: what it asks for.</summary>
        public object Begin()
        {
            _isAnswered = false;
            _here = null;
            log.Begin(_since);
            return _since is null
                ? new { channel = log.Channel }
                : new { channel = log.Channel, since = new { epoch = _since.Epoch, offset = _since.Offset } };
        }

        public void Answered(Position? at, bool? recovered, string? reason)
        {
            log.Answered(at, recovered, reason);
            _isAnswered = true;
            if (at is not null)
            {
                // What came before the answer is further.
                See(_here is null || (_here.Epoch == at.Epoch && _here.Offset < at.Offset) ? at : _here);
            }
        }

        public void Event(Position? at, string id, string data, bool isReplayed)
        {
            log.Event(at, id, data, isReplayed);
            if (at is not null && (_here is null || _here.Epoch != at.Epoch || _here.Offset < at.Offset))
            {
                See(at);
            }
        }

        public void Gap(Position at, string reason)
        {
            log.Gap(at, reason);
            See(at);
        }

        public void Position(Position at)
        {
            log.Position(at);
            See(at);
        }

        public void Revoked()
        {
            IsRevoked = true;
            log.End();
        }

        // Before the answer, which may say that something was missed, only what follows is worth to be remembered.
        private void See(Position at)
        {
            Seen = _here = at;
            if (_isAnswered || (_since is not null && at == _since with { Offset = _since.Offset + 1 }))
            {
                _since = at;
            }

            TellWaiting();
        }

        private void TellWaiting()
        {
            for (var i = Waits.Count - 1; i >= 0; i--)
            {
                if (HasReached(Waits[i].Position))
                {
                    Waits[i].Reached.SetResult();
                    Waits.RemoveAt(i);
                }
            }
        }
    }
}
