using System.Runtime.CompilerServices;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>What was negotiated and is not taken up is bounded for each client, and forgotten in time.</summary>
[TestFixture]
public sealed class NegotiationsTests
{
    private const int Most = 3;

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Instant = TimeSpan.FromTicks(1);

    private ManualTime _time = null!;
    private Negotiations _all = null!;

    [SetUp]
    public void Create()
    {
        _time = new ManualTime();
        _all = new Negotiations(new InboundLimits(1024, TimeSpan.FromSeconds(5), UnfinishedPerAddress: 1, Negotiated: Most), _time);
    }

    [Test]
    public void ThoseNotTakenUp_AreBounded_ForEachClientAlone_AndForgottenInTime()
    {
        for (var i = 0; i < Most; i++)
        {
            Assert.That(_all.Begin("user:ann"), Is.Null);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Multiple(() =>
        {
            Assert.That(
                _all.Begin("user:ann"),
                Is.EqualTo(new Error("limit_exceeded", "Too many connections were negotiated in so short a time.", RetryAfter: 12)));
            Assert.That(_all.Begin("user:bob"), Is.Null);
        });
        _time.Advance(Life - TimeSpan.FromSeconds(Most) - Instant);
        Assert.That(_all.Begin("user:ann"), Is.Not.Null);
        _time.Advance(Instant);
        Assert.Multiple(() =>
        {
            Assert.That(_all.Begin("user:ann"), Is.Null, "the first is forgotten");
            Assert.That(_all.Begin("user:ann"), Is.Not.Null, "and only the first: what was refused took nothing");
        });
        _time.Advance(Life);
        Assert.That(Enumerable.Range(0, Most).Select(_ => _all.Begin("user:ann")), Is.All.Null);
    }

    [Test]
    public void OneThatIsTakenUp_MakesRoom_ForItsOwnClient()
    {
        for (var i = 0; i < Most; i++)
        {
            _all.Begin("user:ann");
        }

        _all.TakeUp("user:bob");
        Assert.That(_all.Begin("user:ann"), Is.Not.Null);
        _all.TakeUp("user:ann");
        Assert.Multiple(() =>
        {
            Assert.That(_all.Begin("user:ann"), Is.Null);
            Assert.That(_all.Begin("user:ann"), Is.Not.Null);
        });
    }

    [Test]
    public void Clients_AreForgotten_WhenNothingOfThemIsLeft()
    {
        var clients = Enumerable.Range(0, 100).Select(Begin).ToList();
        GC.Collect();
        Assert.That(clients.Count(client => client.IsAlive), Is.EqualTo(clients.Count), "their time is not over");
        _time.Advance(Life);
        _all.Begin("user:ann");
        GC.Collect();
        Assert.That(clients.Count(client => client.IsAlive), Is.Zero);
        GC.KeepAlive(_all);
    }

    // Nothing of the caller's own is to keep what they are known by.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference Begin(int number)
    {
        var who = $"user:{number}";
        _all.Begin(who);
        return new WeakReference(who);
    }
}
