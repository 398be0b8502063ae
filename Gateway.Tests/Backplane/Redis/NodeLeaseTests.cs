using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Redis;
using RealtimeGateway.Configuration;
using RealtimeGateway.Tests.EndToEnd.Nodes;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane.Redis;

/// <summary>The fence of a node, by a clock that the test sets. What nodes do to each other with it is in <c>EndToEnd/Nodes</c>.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class NodeLeaseTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly string _prefix = SharedRedis.NewPrefix();
    private RedisNode _other = null!;
    private TcpProxy _proxy = null!;
    private RedisLink _link = null!;
    private ManualTime _time = null!;
    private AskedTime _asked = null!;
    private Task _isIdle = null!;
    private NodeLease _lease = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _other = await RedisNode.StartAsync(SharedRedis.Server, _prefix);
        _proxy = new TcpProxy(SharedRedis.Server.Port);

        // A clock that stands still never gives up a call.
        var settings = RedisSettings.Compile(new RedisOptions { Configuration = _proxy.Address, Prefix = _prefix }, [])!;
        _link = new RedisLink(settings, Node.New(), new ManualTime(), NullLogger<RedisLink>.Instance);
        _time = new ManualTime();
        _asked = new AskedTime(_time);
        _isIdle = _time.WhenTimerIsMadeAsync(Second / 4);
        _lease = new NodeLease(_link, Node.New(), _asked, NullLogger<NodeLease>.Instance);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _proxy.Pass();
        await _lease.DisposeAsync();
        await _link.DisposeAsync();
        await _proxy.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Test]
    public async Task RenewalThatIsAnsweredLate_OpensTheFenceAgain_AndSaysSo()
    {
        var opened = new Inbox<bool>();
        var forgotten = new Inbox<bool>();
        _lease.Opened += () => opened.Add(true);
        _lease.Forgotten += forgotten.Add;
        await _isIdle.InTime(); // Who reports beside a renewal causes another one.
        var opens = opened.NextAsync();
        var waits = _time.WhenTimerIsMadeAsync(2 * Second);
        var triesAgain = _time.WhenTimerIsMadeAsync(Second / 4);
        var applied = await _other.Broker.ReadAsync(NodeChannels.Control, NodeChannels.ControlRetention, null, 1, reverse: true, default);
        await _lease.ReportAsync(applied.Top!);
        while (await Task.WhenAny(opens, triesAgain) != opens)
        {
            // The link was not ready.
            triesAgain = _time.WhenTimerIsMadeAsync(Second / 4);
            _time.Advance(Second / 4);
        }

        await opens;
        await waits.InTime();
        Assert.That(_lease.IsHeld, Is.True);

        _proxy.Stall(toTarget: false);
        var isAsked = _asked.NextAsync();
        _time.Advance(2 * Second);
        await isAsked.InTime();
        _time.Advance(9 * Second);
        Assert.That(_lease.IsHeld, Is.False, "more than ten seconds after it was renewed last");

        _proxy.Pass();
        await opened.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(_lease.IsHeld, Is.True);
            Assert.That(forgotten.Drain(), Is.Empty, "the others have waited for it all along");
        });
    }

    /// <summary>A clock that says when it is asked.</summary>
    private sealed class AskedTime(ManualTime time) : TimeProvider
    {
        private TaskCompletionSource? _next;

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp()
        {
            var now = time.GetTimestamp();
            Interlocked.Exchange(ref _next, null)?.SetResult();
            return now;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period);

        /// <summary>Completes when it has been asked for a timestamp once more.</summary>
        public Task NextAsync()
        {
            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _next, next);
            return next.Task;
        }
    }
}
