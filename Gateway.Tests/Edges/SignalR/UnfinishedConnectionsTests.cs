using System.Net;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>What has begun and has no session yet has its time, and the room of its address.</summary>
[TestFixture]
public sealed class UnfinishedConnectionsTests
{
    private const int Most = 3;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Instant = TimeSpan.FromTicks(1);
    private static readonly ClientAddress Here = AddressOf("192.0.2.1");
    private static readonly ClientAddress Elsewhere = AddressOf("192.0.2.2");

    private ManualTime _time = null!;
    private UnfinishedConnections _all = null!;

    [SetUp]
    public void Create()
    {
        _time = new ManualTime();
        _all = new UnfinishedConnections(Limits(Most), _time);
    }

    [Test]
    public async Task Connection_IsEnded_WhenItsTimeIsOver_AndNotBefore()
    {
        var connection = Begin();
        _time.Advance(HandshakeTimeout - Instant);
        Assert.That(await HasEndedAsync(connection), Is.False);
        _time.Advance(Instant);
        await connection.Ended.InTime();
    }

    [Test]
    public async Task Connection_ThatHasASession_OrIsGone_IsLeftAlone()
    {
        var connection = Begin();
        connection.Beginning.Dispose();
        _time.Advance(HandshakeTimeout);
        Assert.That(await HasEndedAsync(connection), Is.False);
    }

    [Test]
    public async Task Oldest_MakesRoomForTheNewest()
    {
        Connection[] connections = [.. Enumerable.Range(0, Most + 2).Select(_ => Begin())];
        await connections[0].Ended.InTime();
        await connections[1].Ended.InTime();
        foreach (var connection in connections[2..])
        {
            Assert.That(await HasEndedAsync(connection), Is.False);
        }
    }

    [Test]
    public async Task Room_IsOfEachAddress_AndOfEachIPv6Line()
    {
        var connections = new List<Connection>();
        foreach (var address in new[] { "192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:2::1" })
        {
            connections.AddRange(Enumerable.Range(0, Most).Select(_ => Begin(AddressOf(address))));
        }

        foreach (var connection in connections)
        {
            Assert.That(await HasEndedAsync(connection), Is.False);
        }

        Begin(AddressOf("2001:db8:0:2:ffff::9"));
        await connections[Most * 3].Ended.InTime();
        Assert.That(await HasEndedAsync(connections[(Most * 3) + 1]), Is.False);
    }

    [Test]
    public async Task Room_IsFreeAgain_WhenAConnectionHasASessionOrIsGone()
    {
        var first = Begin();
        var others = Enumerable.Range(0, Most - 1).Select(_ => Begin()).ToArray();
        others[0].Beginning.Dispose();
        Begin();
        Assert.That(await HasEndedAsync(first), Is.False);
        Begin();
        await first.Ended.InTime();
    }

    // With its session, and once more with its connection.
    [Test]
    public async Task Connection_GivesItsRoomBackOnce()
    {
        Connection[] connections = [.. Enumerable.Range(0, Most).Select(_ => Begin())];
        connections[2].Beginning.Dispose();
        connections[2].Beginning.Dispose();
        Begin();
        Begin();
        await connections[0].Ended.InTime();
        connections[0].Beginning.Dispose();
        Begin();
        await connections[1].Ended.InTime();
    }

    [Test]
    public async Task ManyAtTheSameTime_LeaveNothingBehind()
    {
        Parallel.For(0, 20_000, i =>
        {
            var connection = Begin(Here);
            connection.Beginning.Dispose();
            connection.Beginning.Dispose();
        });
        Connection[] after = [.. Enumerable.Range(0, Most).Select(_ => Begin())];
        foreach (var connection in after)
        {
            Assert.That(await HasEndedAsync(connection), Is.False, "all of the room is there again");
        }

        Begin();
        await after[0].Ended.InTime();
    }

    private static ClientAddress AddressOf(string text) => ClientAddress.Of(IPAddress.Parse(text));

    private static Live<InboundLimits> Limits(int unfinishedPerAddress) => new InboundLimits(1024, HandshakeTimeout, unfinishedPerAddress, Negotiated: 1);

    private Connection Begin(ClientAddress? address = null)
    {
        var ended = new TaskCompletionSource();
        return new Connection(_all.Begin(address ?? Here, () => ended.TrySetResult()), ended.Task);
    }

    // Ends are left to the thread pool, in the order in which they come.
    private async Task<bool> HasEndedAsync(Connection connection)
    {
        var elsewhere = new UnfinishedConnections(Limits(1), _time);
        var ended = new TaskCompletionSource();
        using var oldest = elsewhere.Begin(Elsewhere, ended.SetResult);
        using var newest = elsewhere.Begin(Elsewhere, () => { });
        await ended.Task.InTime();
        return connection.Ended.IsCompleted;
    }

    private sealed record Connection(IDisposable Beginning, Task Ended);
}
