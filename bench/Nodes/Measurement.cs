using System.Diagnostics;
using System.Globalization;

namespace RealtimeGateway.Bench.Nodes;

/// <summary>What one arrangement did in one measurement.</summary>
/// <param name="Publications">Answered publications a second.</param>
/// <param name="Deliveries">Events that subscribers got a second.</param>
internal sealed record Rate(double Publications, double Deliveries);

/// <summary>
/// One measurement: subscribers and publishers are spread over the nodes, the publishers publish as fast as they are answered, and both
/// ends are counted for some seconds.
/// </summary>
internal sealed class Measurement(Load load, IReadOnlyList<string> nodes) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _end = new();
    private readonly List<HubSocket> _sockets = [];
    private readonly List<Task> _running = [];
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private long _published;
    private long _delivered;
    private volatile bool _isOver;

    /// <exception cref="InvalidOperationException">
    /// A publication was refused, a connection closed, a delivery is missing, or nothing was published at all.
    /// </exception>
    public async Task<Rate> RunAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var i = 0; i < load.Subscribers; i++)
        {
            // Each channel has its readers on every node.
            var socket = await ConnectAsync(nodes[i / load.Channels % nodes.Count], patience.Token);
            await socket.SubscribeAsync(ChannelOf(i), patience.Token);
            _running.Add(HearAsync(socket));
        }

        var publishing = new List<Task>();
        for (var i = 0; i < load.Publishers; i++)
        {
            publishing.Add(PublishAsync(await ConnectAsync(nodes[i % nodes.Count], patience.Token), first: i));
        }

        await PassAsync(WarmUp, publishing);
        var (published, delivered, begun) = (Interlocked.Read(ref _published), Interlocked.Read(ref _delivered), Stopwatch.GetTimestamp());
        await PassAsync(TimeSpan.FromSeconds(load.Seconds), publishing);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var rate = new Rate((Interlocked.Read(ref _published) - published) / seconds, (Interlocked.Read(ref _delivered) - delivered) / seconds);

        if (rate.Publications <= 0 || rate.Deliveries <= 0)
        {
            throw new InvalidOperationException("Nothing was published in the time that is measured: this machine is too busy.");
        }

        _isOver = true;
        await Task.WhenAll(publishing).WaitAsync(Patience);
        await UntilAllIsDeliveredAsync();
        return rate;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var socket in _sockets)
        {
            await socket.DisposeAsync();
        }

        _end.Dispose();
    }

    private string ChannelOf(long number) => string.Create(CultureInfo.InvariantCulture, $"bench:{_run}:{number % load.Channels}");

    private async Task<HubSocket> ConnectAsync(string node, CancellationToken cancellationToken)
    {
        var socket = await HubSocket.ConnectAsync(node, cancellationToken);
        _sockets.Add(socket);
        return socket;
    }

    // A client that fails ends the measurement.
    private async Task PassAsync(TimeSpan time, IEnumerable<Task> publishing)
    {
        var first = await Task.WhenAny([Task.Delay(time), .. publishing, .. _running]);
        await first;
    }

    private Task HearAsync(HubSocket socket) => socket.ReceiveAsync(
        message =>
        {
            if (message.StartsWith("""{"type":1,"target":"event","""u8))
            {
                Interlocked.Increment(ref _delivered);
            }

            return true;
        },
        _end.Token);

    private async Task PublishAsync(HubSocket socket, int first)
    {
        using var window = new SemaphoreSlim(load.Window);
        var text = new string('x', load.Bytes);
        var receiving = socket.ReceiveAsync(
            message =>
            {
                if (message.StartsWith("""{"type":3,"""u8))
                {
                    if (message.IndexOf("\"error\":"u8) >= 0)
                    {
                        throw new InvalidOperationException("A publication was refused: " + System.Text.Encoding.UTF8.GetString(message));
                    }

                    Interlocked.Increment(ref _published);
                    window.Release();
                }

                return true;
            },
            _end.Token);
        _running.Add(receiving);
        await Task.Yield(); // The others are to begin, too.
        for (long number = first; !_isOver; number++)
        {
            var isFree = window.WaitAsync(_end.Token);
            await await Task.WhenAny(isFree, receiving);
            await socket.SendAsync($$"""{"type":1,"invocationId":"{{number}}","target":"Send","arguments":["{{ChannelOf(number)}}","message","{{text}}"]}""", _end.Token);
        }

        // What is still on its way is answered.
        for (var i = 0; i < load.Window; i++)
        {
            await window.WaitAsync(_end.Token);
        }
    }

    // Rates of what gets lost would be worth nothing.
    private async Task UntilAllIsDeliveredAsync()
    {
        var since = Stopwatch.GetTimestamp();
        var expected = Interlocked.Read(ref _published) * load.Readers;
        while (Interlocked.Read(ref _delivered) < expected)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new InvalidOperationException($"{expected - Interlocked.Read(ref _delivered)} of {expected} deliveries are missing.");
            }

            await Task.Delay(20);
        }
    }
}
