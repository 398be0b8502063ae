using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Backplane;
using RealtimeGateway.Tests.Edges.Rest;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>The memory twins between two nodes, and what the log does while they fail.</summary>
[TestFixture]
[SuppressMessage("Structure", "NUnit1032", Justification = "FreeBackplaneAsync disposes them, after the nodes.")]
public sealed class MemoryControlLogTests : ControlLogSpecification
{
    private MemoryBroker _broker = null!;
    private MemoryDirectory _directory = null!;
    private HinderedRecordStore _records = null!;

    protected override Task CreateBackplaneAsync()
    {
        _broker = new MemoryBroker(new MemoryBrokerOptions(IdleChannels: 1_000, HistoryBytes: 10_000_000), TimeProvider.System);
        _directory = new MemoryDirectory(TimeProvider.System, NullLogger<MemoryDirectory>.Instance);
        _records = new HinderedRecordStore();
        return Task.CompletedTask;
    }

    protected override Task FreeBackplaneAsync()
    {
        _broker.Dispose();
        _directory.Dispose();
        return Task.CompletedTask;
    }

    internal override Task<TestGateway> CreateNodeAsync(Node node, IEnumerable<(string Key, string Value)> settings) => TestGateway.StartAsync(
        settings,
        services => services
            .AddSingleton<IBroker>(_broker)
            .AddSingleton<IDirectory>(_directory)
            .AddSingleton<IRecordStore>(_records)
            .AddSingleton(node));

    internal override async Task<IAsyncDisposable> AddStuckNodeAsync(string name)
    {
        var node = new Node(name);
        await _directory.ReportAsync(node, (await _directory.NodesAsync(default))[0].Applied!);
        return new StuckNode(_directory, node);
    }

    [Test]
    public async Task EmptiedStore_IsFilledAgain_ByANodeThatNoticesIt()
    {
        var (old, token) = (TokenFor("ann"), TestTokens.For("bob", new { jti = "phone" }));
        await Revoker(One).RevokeUserAsync("ann", "stolen");
        await Revoker(One).RevokeTokenAsync("phone");
        await One.AskAsync("PUT /api/users/cid/roles", """{"roles":["team:red/editor"]}""", "backend");
        var before = await _records.ReadAsync(default);

        _records.Forget();
        await LosePartAsync(Two);
        await Revoker(One).RevokeUserAsync("last"); // Answered when node two has come through what it lost.
        var after = await _records.ReadAsync(default);

        Assert.That(after.Select(record => (record.Key, record.At)), Is.SupersetOf(before.Select(record => (record.Key, record.At))));
        Assert.That(after, Has.Count.EqualTo(before.Count + 1));
        var three = await StartNodeAsync("three");
        await AssertIsRefusedAsync(three, old);
        await AssertIsRefusedAsync(three, token);
        await (await three.ConnectAsync(TokenFor("cid"))).SubscribeAsync("team:red:room");
    }

    [Test]
    public async Task NodeThatCannotReadWhatWasRevoked_StartsAndTriesOn()
    {
        var token = TokenFor("ann");
        await Revoker(One).RevokeUserAsync("ann");
        _records.IsUnavailable = true;

        var three = await StartNodeAsync("three").InTime();
        var ann = await three.ConnectAsync(token);
        await ann.SubscribeAsync("team:blue:room");
        _records.IsUnavailable = false;

        Assert.That((await ann.NextRevocationAsync()).Reason, Is.EqualTo("unauthenticated"));
        await AssertIsRefusedAsync(three, token);
    }

    [Test]
    public async Task NodeThatHasNotBegun_IsNotSaidToHaveApplied()
    {
        _records.IsUnavailable = true;
        var three = StartNodeAsync("three");
        await _records.Refused.Task.InTime();
        _records.IsUnavailable = false;
        var answer = (await Revoker(One).RevokeUserAsync("ann")).OrThrow();
        Assert.That(answer.Complete, Is.True, "of the nodes that there are");
        await AssertIsRefusedAsync(await three, TokenFor("ann", issuedBefore: TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task StoreThatDoesNotAnswer_RefusesTheCaller_AndNothingIsDone()
    {
        var ann = await ConnectAsync(Two, "ann");
        _records.IsUnavailable = true;
        var (status, problem) = await One.AskAsync("POST /api/users/ann/revoke", key: "backend");
        Assert.Multiple(async () =>
        {
            Assert.That((status, problem["code"]!.GetValue<string>()), Is.EqualTo((503, "unavailable")));
            Assert.That((await ann.SubscribeAsync("team:blue:other")).Channels, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public async Task MoreThanTheLogKeeps_WhileTheNodeIsHeldUp_IsReadFromWhatTheNodesRemember()
    {
        await Revoker(One).RevokeUserAsync("before");
        _records.IsUnavailable = true;
        await LosePartAsync(Two);
        await _records.Refused.Task.InTime();
        var ann = await ConnectAsync(Two, "ann");
        var now = DateTimeOffset.UtcNow;
        _records.IsUnavailable = false;
        await _records.WriteAsync(new RevokeUser("ann", "stolen", now, now).ToRecord(TimeSpan.FromHours(1)), default);

        // The node comes back to it a second later; until then all of this waits, and more than there is room for.
        for (var i = 0; i < NodeChannels.ControlRetention.Size + 100; i++)
        {
            await Two.Services.GetRequiredService<IBroker>().PublishAsync(
                new Publication { Channel = NodeChannels.Control, Event = "control", Data = new DisconnectUser("nobody").Write(), Id = "x", Time = now },
                NodeChannels.ControlRetention,
                key: null,
                default);
        }

        Assert.That((await ann.NextRevocationAsync()).Reason, Is.EqualTo("stolen"));
        Assert.That((await Revoker(One).RevokeUserAsync("last")).OrThrow().Complete, Is.True);
    }

    private sealed class StuckNode(MemoryDirectory directory, Node node) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => directory.RetireAsync(node);
    }
}
