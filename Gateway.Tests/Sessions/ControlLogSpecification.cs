using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Edges.Rest;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>What is done to a user at one node holds at every other (promise 9), whatever the backplane between them is.</summary>
public abstract class ControlLogSpecification
{
    private const string Room = "team:blue:room";
    private const string Complete = """{"complete":true}""";

    private readonly List<TestGateway> _nodes = [];
    private IAsyncDisposable? _backplane;

    /// <summary>The node that is asked.</summary>
    private protected TestGateway One { get; private set; } = null!;

    /// <summary>The node where the user is.</summary>
    private protected TestGateway Two { get; private set; } = null!;

    /// <summary>Makes the backplane that all nodes of a test share, new and empty. It is freed after them.</summary>
    protected abstract Task<IAsyncDisposable> CreateBackplaneAsync();

    /// <summary>Starts a node of it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="settings">Its settings.</param>
    internal abstract Task<TestGateway> CreateNodeAsync(Node node, IEnumerable<(string Key, string Value)> settings);

    /// <summary>Adds a node that has applied all there is, and applies nothing any more, until it is disposed.</summary>
    internal abstract Task<IAsyncDisposable> AddStuckNodeAsync(string name);

    [SetUp]
    public async Task StartAsync()
    {
        _backplane = await CreateBackplaneAsync();
        (One, Two) = (await StartNodeAsync("one"), await StartNodeAsync("two"));
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _nodes.Clear();
        await _backplane!.DisposeAsync();
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task RevokedUser_LosesWhatHisTokensGave_OnTheOtherNode_AndNobodyElseDoes()
    {
        var (ann, bob) = (await ConnectAsync(Two, "ann"), await ConnectAsync(Two, "bob"));

        var answer = await One.AskAsync("POST /api/users/ann/revoke", """{"reason":"stolen"}""", "backend");
        await PublishAsync("secret");

        Assert.Multiple(async () =>
        {
            Assert.That((answer.Status, answer.Body.ToJsonString()), Is.EqualTo((200, Complete)));
            Assert.That(await ann.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage(Room, "revoked", "stolen")));
            Assert.That(await ann.EventsUntilNowAsync(), Is.Empty);
            Assert.That(await HeardAsync(bob, 2), Has.Count.EqualTo(2));
        });
    }

    [Test]
    public async Task RevokedUsersToken_IsRefusedOnEveryWay_AtTheOtherNode_AndANewerOneIsNot()
    {
        var old = TokenFor("ann", issuedBefore: TimeSpan.FromSeconds(2));
        await Revoker(One).RevokeUserAsync("ann");
        await AssertIsRefusedAsync(Two, old);
        await AssertIsRefusedAsync(One, old);

        var newer = TokenFor("ann", issuedBefore: TimeSpan.FromSeconds(-2));
        await (await Two.ConnectAsync(newer)).SubscribeAsync(Room);
        using var members = await Two.GetAsync($"/api/channels/{Room}/members", newer);
        Assert.That(members.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task RevokedToken_IsRefusedAtTheOtherNode_AndAnotherOfTheUserIsNot()
    {
        var (phone, laptop) = (TestTokens.For("ann", new { teams = new[] { "blue" }, jti = "phone" }), TestTokens.For("ann", new { teams = new[] { "blue" }, jti = "laptop" }));
        var (lost, kept) = (await Two.ConnectAsync(phone), await Two.ConnectAsync(laptop));
        await lost.SubscribeAsync(Room);
        await kept.SubscribeAsync(Room);

        var answer = (await Revoker(One).RevokeTokenAsync("phone", "stolen")).OrThrow();
        await PublishAsync("secret");

        Assert.Multiple(async () =>
        {
            Assert.That(answer.Complete, Is.True);
            Assert.That((await lost.NextRevocationAsync()).Reason, Is.EqualTo("stolen"));
            Assert.That(await lost.EventsUntilNowAsync(), Is.Empty);
            Assert.That(await HeardAsync(kept, 2), Has.Count.EqualTo(2));
        });
        await AssertIsRefusedAsync(Two, phone);
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task TokenOfAnIssuerWhoseClockIsAhead_IsRevokedEverywhere_ThoughOnlyOneNodeKnowsIt()
    {
        var ahead = TokenFor("ann", issuedBefore: TimeSpan.FromSeconds(-4));
        var ann = await Two.ConnectAsync(ahead);
        await ann.SubscribeAsync(Room);

        var answer = (await Revoker(One).RevokeUserAsync("ann")).OrThrow();
        await PublishAsync("secret");

        Assert.Multiple(async () =>
        {
            Assert.That(answer.Complete, Is.True);
            Assert.That((await ann.NextRevocationAsync()).Channel, Is.EqualTo(Room));
            Assert.That(await ann.EventsUntilNowAsync(), Is.Empty);
        });
        await AssertIsRefusedAsync(One, ahead);
        await AssertIsRefusedAsync(await StartNodeAsync("three"), ahead);
        await Two.ConnectAsync(TokenFor("ann", issuedBefore: TimeSpan.FromSeconds(-6)));
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task AssignedRoles_CountAtTheOtherNode_ForWhoIsThere_AndWhoComesLater()
    {
        var token = TokenFor("ann");
        var ann = await ConnectAsync(Two, "ann");

        var answer = await One.AskAsync("PUT /api/users/ann/roles", """{"roles":["team:red/editor"]}""", "backend");
        await PublishAsync("secret");

        Assert.Multiple(async () =>
        {
            Assert.That((answer.Status, answer.Body.ToJsonString()), Is.EqualTo((200, Complete)));
            Assert.That((await ann.NextRevocationAsync()).Reason, Is.EqualTo("permission_denied"));
            Assert.That(await ann.EventsUntilNowAsync(), Is.Empty);
            Assert.That((await ann.SubscribeAsync("team:red:room")).Channels, Has.Count.EqualTo(1));
        });
        foreach (var node in new[] { Two, await StartNodeAsync("three") })
        {
            var later = await node.ConnectAsync(token);
            Assert.Multiple(async () =>
            {
                Assert.That(await later.ErrorOfAsync("Subscribe", Room), Does.StartWith("permission_denied: "));
                Assert.That((await later.SendAsync("team:red:room", "message", 1)).Id, Is.Not.Empty);
            });
        }
    }

    [Test]
    public async Task LastRoles_Count_WhicheverNodeAssignedThem()
    {
        foreach (var (node, team) in new[] { (One, "red"), (Two, "green"), (One, "blue"), (Two, "red") })
        {
            await node.AskAsync("PUT /api/users/ann/roles", $$"""{"roles":["team:{{team}}"]}""", "backend");
        }

        foreach (var node in new[] { One, Two, await StartNodeAsync("three") })
        {
            var ann = await node.ConnectAsync(TokenFor("ann", issuedBefore: TimeSpan.FromMinutes(1)));
            await ann.SubscribeAsync("team:red:room");
            Assert.That(await ann.ErrorOfAsync("Subscribe", Room), Does.StartWith("permission_denied: "));
        }
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Disconnect_EndsTheSessionsOfEveryNode()
    {
        var clients = new[] { await ConnectAsync(One, "ann"), await ConnectAsync(Two, "ann") };
        var bob = await ConnectAsync(Two, "bob");

        var answer = await One.AskAsync("POST /api/users/ann/disconnect", key: "backend");
        await PublishAsync("open");

        Assert.That((answer.Status, answer.Body.ToJsonString()), Is.EqualTo((200, Complete)));
        foreach (var client in clients)
        {
            Assert.That((await client.Closed)!.Message, Does.Contain("permission_denied: A server has ended this session."));
        }

        Assert.That(await HeardAsync(bob, 2), Has.Count.EqualTo(2));
        await ConnectAsync(Two, "ann");
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Unsubscribe_EndsTheChannelsOfEveryNode_AndOnlyThose()
    {
        var clients = new[] { await ConnectAsync(One, "ann"), await ConnectAsync(Two, "ann") };
        foreach (var client in clients)
        {
            await client.SubscribeAsync("chat:a");
        }

        var answer = await One.AskAsync("POST /api/users/ann/unsubscribe", """{"channels":["chat:a","chat:other"]}""", "backend");
        await PublishAsync("gone", "chat:a");
        await PublishAsync("kept");

        Assert.That((answer.Status, answer.Body.ToJsonString()), Is.EqualTo((200, Complete)));
        foreach (var client in clients)
        {
            Assert.Multiple(async () =>
            {
                Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("chat:a", "revoked", "permission_denied")));
                Assert.That((await HeardAsync(client, 2)).Select(heard => heard.Data.GetString()), Is.EqualTo(new[] { "kept", "kept" }));
            });
        }
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task UnderLoad_NothingPublishedAfterTheAnswer_Arrives()
    {
        using var stop = new CancellationTokenSource();
        var publishing = new[] { One, Two }.Select(node => PublishUntilAsync(node, stop.Token)).ToArray();
        try
        {
            for (var round = 0; round < 10; round++)
            {
                var user = $"user-{round}";
                var client = await ConnectAsync(Two, user);
                await client.NextEventAsync();

                var answer = (await Revoker(One).RevokeUserAsync(user)).OrThrow();
                await PublishAsync("after");
                var heard = (await client.EventsUntilNowAsync()).Select(one => one.Data.GetString()).ToArray();
                if (answer.Complete && heard.Contains("after"))
                {
                    RealTimeAttribute.NoPauseExplains();
                }

                Assert.Multiple(() =>
                {
                    Assert.That(answer.Complete, Is.True);
                    Assert.That(heard, Has.None.EqualTo("after"));
                });
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(publishing);
        }
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task ManyAtOnce_AreAllApplied_OnEveryNode()
    {
        const int Users = 200;
        var answers = await Task.WhenAll(Enumerable.Range(0, Users).Select(async i => await Revoker(i % 2 == 0 ? One : Two).RevokeUserAsync($"user-{i}"))).InTime();
        Assert.That(answers.Select(answer => answer.OrThrow().Complete), Has.All.True);
        foreach (var revocations in new[] { One, Two }.Select(node => node.Services.GetRequiredService<Revocations>()))
        {
            Assert.That(revocations.Users.Count(), Is.EqualTo(Users));
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task NodeThatStartsLater_KnowsWhatWasRevokedBefore(bool isLogCleared)
    {
        var token = TokenFor("ann");
        await Revoker(One).RevokeUserAsync("ann");
        if (isLogCleared)
        {
            await One.Services.GetRequiredService<IBroker>().ClearAsync(NodeChannels.Control, NodeChannels.ControlRetention, default);
        }

        var three = await StartNodeAsync("three");
        await AssertIsRefusedAsync(three, token);
        await three.ConnectAsync(TokenFor("bob"));
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task NodeThatDoesNotApply_IsNamed_AndTheOthersHaveApplied()
    {
        var ann = await ConnectAsync(Two, "ann");
        await Revoker(One).RevokeUserAsync("bob");
        var stuck = await AddStuckNodeAsync("stuck");

        var since = Stopwatch.StartNew();
        var answer = await One.AskAsync("POST /api/users/ann/revoke", key: "backend");
        var took = since.Elapsed;
        await PublishAsync("secret");
        await stuck.DisposeAsync();
        var again = await One.AskAsync("POST /api/users/ann/revoke", key: "backend");

        Assert.Multiple(async () =>
        {
            Assert.That((answer.Status, answer.Body.ToJsonString()), Is.EqualTo((202, """{"complete":false,"pending":["stuck"]}""")));
            Assert.That(took, Is.InRange(TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(10)));
            Assert.That(await ann.EventsUntilNowAsync(), Is.Empty);
            Assert.That((again.Status, again.Body.ToJsonString()), Is.EqualTo((200, Complete)), "who has ended is not waited for");
        });
    }

    [Test]
    public async Task NodeOfAHostWithoutPatience_HasToldItsEndWhenItHasStopped()
    {
        var log = Two.Services.GetServices<IHostedService>().OfType<ControlLog>().Single();
        await log.StopAsync(new CancellationToken(canceled: true));
        var nodes = await One.Services.GetRequiredService<IDirectory>().NodesAsync(default);
        Assert.That(nodes, Has.Count.EqualTo(1));
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task StoppedNode_IsNotWaitedFor()
    {
        await Two.StopAsync();
        var answer = (await Revoker(One).RevokeUserAsync("ann")).OrThrow();
        var nodes = await One.Services.GetRequiredService<IDirectory>().NodesAsync(default);
        Assert.Multiple(() =>
        {
            Assert.That(answer.Complete, Is.True, "in vain it would have been waited for");
            Assert.That(nodes.Select(node => node.Id), Is.EqualTo(new[] { "one" }));
        });
    }

    [TestCase("null")]
    [TestCase("42")]
    [TestCase("{}")]
    [TestCase("""{"type":"launch_rockets","version":1}""")]
    [TestCase("""{"type":"disconnect_user","version":2,"userId":"ann"}""")]
    [TestCase("""{"type":"disconnect_user","version":1}""")]
    [TestCase("""{"type":"assign_roles","version":1,"userId":"ann","roles":["user:bob"],"at":"2026-01-01T00:00:00+00:00","upTo":"2026-01-01T00:00:00+00:00"}""")]
    [RealTime(bearableSeconds: 1)]
    public async Task WhatCannotBeRead_IsPassedOver_AndCounted(string data)
    {
        using var measured = new Measurements(Two.Services);
        var ann = await ConnectAsync(Two, "ann");
        (await One.Services.GetRequiredService<IBroker>().PublishAsync(Entry(data), NodeChannels.ControlRetention, key: null, default)).OrThrow();

        var answer = (await Revoker(One).RevokeUserAsync("bob")).OrThrow();
        await PublishAsync("open");

        Assert.Multiple(async () =>
        {
            Assert.That(answer.Complete, Is.True);
            Assert.That(measured["realtime.control.unreadable"], Is.EqualTo(1));
            Assert.That(await HeardAsync(ann, 2), Has.Count.EqualTo(2), "and what it might have meant is not done");
        });
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task LostEntry_IsReadFromWhatTheNodesRemember()
    {
        var ann = await ConnectAsync(Two, "ann");
        var now = DateTimeOffset.UtcNow;
        await One.Services.GetRequiredService<IRecordStore>().WriteAsync(new RevokeUser("ann", "stolen", now, now).ToRecord(TimeSpan.FromHours(1)), default);
        await One.Services.GetRequiredService<IRecordStore>().WriteAsync(new SharedRecord("x", now, now + TimeSpan.FromHours(1), "no JSON"u8.ToArray()), default);

        await LosePartAsync(Two);

        Assert.That((await ann.NextRevocationAsync()).Reason, Is.EqualTo("stolen"));
        Assert.That((await Revoker(One).RevokeUserAsync("bob")).OrThrow().Complete, Is.True, "and the log goes on");
    }

    [Test]
    public async Task Sessions_AreThoseOfEveryNode()
    {
        var ids = new[] { await (await ConnectAsync(One, "ann")).FindIdAsync(), await (await ConnectAsync(Two, "ann")).FindIdAsync() };
        var (_, body) = await One.AskAsync("GET /api/users/ann/sessions", key: "backend");
        Assert.That(body["sessions"]!.AsArray().Select(session => session!["connectionId"]!.GetValue<string>()), Is.EquivalentTo(ids));
    }

    /// <summary>Tells a node that entries were lost.</summary>
    private protected static async Task LosePartAsync(TestGateway node)
    {
        var page = await node.Services.GetRequiredService<IBroker>()
            .ReadAsync(NodeChannels.Control, NodeChannels.ControlRetention, after: null, limit: 1, reverse: true, default);
        node.Services.GetRequiredService<ControlLog>().OnGap(page.Top, RecoveryReasons.Trimmed);
    }

    private protected static Revoker Revoker(TestGateway node) => node.Services.GetRequiredService<Revoker>();

    private protected static string TokenFor(string userId, TimeSpan issuedBefore = default) => TestTokens.For(
        userId,
        new { teams = new[] { "blue" }, iat = (DateTimeOffset.UtcNow - issuedBefore).ToUnixTimeSeconds() });

    private protected static async Task<TestClient> ConnectAsync(TestGateway node, string userId)
    {
        var client = await node.ConnectAsync(TokenFor(userId));
        await client.SubscribeAsync(Room);
        return client;
    }

    private protected async Task<TestGateway> StartNodeAsync(string name)
    {
        var node = await CreateNodeAsync(new Node(name), RestGateway.Keys(("backend", ["users"], null)));
        _nodes.Add(node);
        return node;
    }

    private protected static async Task AssertIsRefusedAsync(TestGateway node, string token)
    {
        var guest = await node.ConnectAsync();
        using var members = await node.GetAsync($"/api/channels/{Room}/members", token);
        Assert.Multiple(async () =>
        {
            Assert.That(() => node.ConnectAsync(token), Throws.InstanceOf<WebSocketException>());
            Assert.That(await guest.ErrorOfAsync("Authenticate", token), Is.EqualTo("unauthenticated: The token was revoked; get a new one."));
            Assert.That(members.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        });
    }

    private static Publication Entry(string data) => new()
    {
        Channel = NodeChannels.Control,
        Event = "control",
        Data = Encoding.UTF8.GetBytes(data),
        Id = "by-hand",
        Time = DateTimeOffset.UtcNow,
    };

    // From either node.
    private async Task PublishAsync(string text, string channel = Room)
    {
        foreach (var node in new[] { One, Two })
        {
            await node.Services.GetRequiredService<IRealtimePublisher>().PublishAsync(channel, "message", text);
        }
    }

    // So many events, which come in their time, and whatever else has come by then.
    private static async Task<IReadOnlyList<EventMessage>> HeardAsync(TestClient client, int count)
    {
        var heard = new List<EventMessage>();
        while (heard.Count < count)
        {
            heard.Add(await client.NextEventAsync());
        }

        heard.AddRange(await client.EventsUntilNowAsync());
        return heard;
    }

    // About five hundred a second.
    private static async Task PublishUntilAsync(TestGateway node, CancellationToken stop)
    {
        var server = node.Services.GetRequiredService<IRealtimePublisher>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < 5; i++)
            {
                await server.PublishAsync(Room, "message", "before", CancellationToken.None);
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
