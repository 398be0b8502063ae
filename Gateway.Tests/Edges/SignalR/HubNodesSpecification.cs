using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Tests.Backplane;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>What SignalR asks of a lifetime manager that scales out, seen by clients of two nodes of one backplane, and what ours adds.</summary>
public abstract class HubNodesSpecification
{
    private ISharedBackplane _backplane = null!;
    private TestGateway _one = null!;
    private TestGateway _other = null!;
    private IHubContext<RealtimeHub> _hub = null!;
    private IHubContext<RealtimeHub> _otherHub = null!;
    private HubLifetimeManager<RealtimeHub> _otherManager = null!;

    /// <summary>The node that does not send.</summary>
    private protected TestGateway Other => _other;

    /// <summary>The node that sends.</summary>
    private protected IHubContext<RealtimeHub> Hub => _hub;

    /// <summary>Whether the clients speak MessagePack; else they speak JSON.</summary>
    private protected virtual bool ClientsSpeakMessagePack => false;

    /// <summary>Makes a backplane that is new and empty.</summary>
    internal abstract Task<ISharedBackplane> CreateBackplaneAsync();

    [SetUp]
    public async Task StartAsync()
    {
        _backplane = await CreateBackplaneAsync();
        _one = await _backplane.StartNodeAsync();
        _other = await _backplane.StartNodeAsync();
        _one.SpeaksMessagePack = _other.SpeaksMessagePack = ClientsSpeakMessagePack;
        _hub = _one.Services.GetRequiredService<IHubContext<RealtimeHub>>();
        _otherHub = _other.Services.GetRequiredService<IHubContext<RealtimeHub>>();
        _otherManager = _other.Services.GetRequiredService<HubLifetimeManager<RealtimeHub>>();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _backplane.DisposeAsync();
    }

    [Test]
    public async Task SendAll_ReachesTheConnectionsOfEveryNode()
    {
        var (here, there) = (await ListenAsync(_one), await ListenAsync(_other));
        await _hub.Clients.All.SendAsync("Told", "hello");
        await _otherHub.Clients.All.SendAsync("Told", "hello too");
        Assert.Multiple(async () =>
        {
            Assert.That(new[] { await here.NextAsync(), await here.NextAsync() }, Is.EquivalentTo(new[] { "hello", "hello too" }));
            Assert.That(new[] { await there.NextAsync(), await there.NextAsync() }, Is.EquivalentTo(new[] { "hello", "hello too" }));
        });
    }

    [Test]
    public async Task SendAll_ReachesNobodyWhoHasGone()
    {
        var (there, gone) = (await ListenAsync(_other), await ListenAsync(_other));
        await gone.Client.Hub.StopAsync().InTime();
        await _hub.Clients.All.SendAsync("Told", "hello");
        Assert.Multiple(async () =>
        {
            Assert.That(await there.NextAsync(), Is.EqualTo("hello"));
            Assert.That(gone.HasMore, Is.False);
        });
    }

    [Test]
    public async Task SendAllExcept_SparesTheExcluded_WhereverTheyAre()
    {
        var (here, there, excludedHere, excludedThere) = (await ListenAsync(_one), await ListenAsync(_other), await ListenAsync(_one), await ListenAsync(_other));
        await _hub.Clients.AllExcept(excludedHere.Id, excludedThere.Id).SendAsync("Told", "hello");
        await _hub.Clients.All.SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await here.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await there.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await excludedHere.UntilEndAsync(), Is.Empty);
            Assert.That(await excludedThere.UntilEndAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task SendConnection_ReachesAConnectionOfAnotherNode_AndNoOther()
    {
        var (there, bystander) = (await ListenAsync(_other), await ListenAsync(_other));
        await _hub.Clients.Client(there.Id).SendAsync("Told", "hello");
        await _hub.Clients.Clients(there.Id, bystander.Id).SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await there.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await bystander.UntilEndAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task SendConnections_ReachesThoseOfBothNodes_EachOnce()
    {
        var (here, there) = (await ListenAsync(_one), await ListenAsync(_other));
        await _hub.Clients.Clients(here.Id, there.Id, "nobody").SendAsync("Told", "hello");
        await _hub.Clients.Clients(here.Id, there.Id).SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await here.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await there.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
        });
    }

    [Test]
    public async Task SendConnection_ToALocalOne_SendsNothingToTheBackplane()
    {
        var (here, there) = (await ListenAsync(_one), await ListenAsync(_other));
        var ear = new RecordingHandler();
        await _other.Services.GetRequiredService<IBroker>().SubscribeAsync(NodeChannels.All, retention: null, ear, default);

        await _hub.Clients.Client(here.Id).SendAsync("Told", "hello");
        await _hub.Clients.Client(there.Id).SendAsync("Told", "end");

        var first = JsonNode.Parse((await ear.NextMessageAsync()).Span)!;
        Assert.Multiple(async () =>
        {
            Assert.That(first["Body"]!["ConnectionIds"]!.AsArray().Single()!.GetValue<string>(), Is.EqualTo(there.Id));
            Assert.That(await here.NextAsync(), Is.EqualTo("hello"));
            Assert.That(here.HasMore, Is.False);
            Assert.That(await there.UntilEndAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task SendGroup_ReachesMembersOfAnotherNode_FromANodeWithoutAny()
    {
        var there = await ListenAsync(_other);
        await _otherHub.Groups.AddToGroupAsync(there.Id, "room");
        await _hub.Clients.Group("room").SendAsync("Told", "hello");
        Assert.That(await there.NextAsync(), Is.EqualTo("hello"));
    }

    [Test]
    public async Task SendGroupExcept_SparesTheExcluded_OnAnotherNode()
    {
        var (there, excluded) = (await ListenAsync(_other), await ListenAsync(_other));
        await _otherHub.Groups.AddToGroupAsync(there.Id, "room");
        await _otherHub.Groups.AddToGroupAsync(excluded.Id, "room");
        await _hub.Clients.GroupExcept("room", excluded.Id).SendAsync("Told", "hello");
        await _hub.Clients.Group("room").SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await there.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await excluded.UntilEndAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task SendGroups_ReachesEachOfThem()
    {
        var (red, blue) = (await ListenAsync(_other), await ListenAsync(_one));
        await _otherHub.Groups.AddToGroupAsync(red.Id, "red");
        await _hub.Groups.AddToGroupAsync(blue.Id, "blue");
        await _hub.Clients.Groups("red", "blue").SendAsync("Told", "hello");
        Assert.Multiple(async () =>
        {
            Assert.That(await red.NextAsync(), Is.EqualTo("hello"));
            Assert.That(await blue.NextAsync(), Is.EqualTo("hello"));
        });
    }

    [Test]
    public async Task ConnectionThatIsGone_IsInItsGroupNoMore()
    {
        var (there, gone) = (await ListenAsync(_other), await ListenAsync(_other));
        await _hub.Groups.AddToGroupAsync(there.Id, "room");
        await _hub.Groups.AddToGroupAsync(gone.Id, "room");
        await gone.Client.Hub.StopAsync().InTime();
        await _hub.Clients.Group("room").SendAsync("Told", "hello");
        Assert.Multiple(async () =>
        {
            Assert.That(await there.NextAsync(), Is.EqualTo("hello"));
            Assert.That(gone.HasMore, Is.False);
        });
    }

    [Test]
    public async Task RemoveFromGroup_OfOneThatIsNotInIt_DoesNothing_OnThisNodeAndOnAnother()
    {
        var (here, there) = (await ListenAsync(_one), await ListenAsync(_other));
        await _hub.Groups.RemoveFromGroupAsync(here.Id, "room").InTime();
        await _hub.Groups.RemoveFromGroupAsync(there.Id, "room").InTime();
        await _hub.Clients.All.SendAsync("Told", "hello");
        Assert.Multiple(async () =>
        {
            Assert.That(await here.NextAsync(), Is.EqualTo("hello"));
            Assert.That(await there.NextAsync(), Is.EqualTo("hello"));
        });
    }

    [Test]
    public async Task AddToGroup_OfAnotherNodesConnection_IsDone_WhenItReturns()
    {
        var there = await ListenAsync(_other);
        for (var i = 0; i < 20; i++)
        {
            await _hub.Groups.AddToGroupAsync(there.Id, $"room {i}").InTime();
            await _hub.Clients.Group($"room {i}").SendAsync("Told", $"{i}");
            Assert.That(await there.NextAsync(), Is.EqualTo($"{i}"));
        }
    }

    [Test]
    public async Task AddToGroup_OfOneThatIsInIt_DoesNothing_OnThisNodeAndOnAnother()
    {
        var (here, there) = (await ListenAsync(_one), await ListenAsync(_other));
        foreach (var id in new[] { here.Id, there.Id, here.Id, there.Id })
        {
            await _hub.Groups.AddToGroupAsync(id, "room").InTime();
        }

        await _hub.Clients.Group("room").SendAsync("Told", "hello");
        await _hub.Clients.Group("room").SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await here.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await there.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
        });
    }

    [Test]
    public async Task RemoveFromGroup_OfAnotherNodesConnection_IsDone_WhenItReturns()
    {
        var (there, stays) = (await ListenAsync(_other), await ListenAsync(_other));
        await _hub.Groups.AddToGroupAsync(there.Id, "room").InTime();
        await _hub.Groups.AddToGroupAsync(stays.Id, "room").InTime();
        await _hub.Clients.Group("room").SendAsync("Told", "hello");
        Assert.That(await there.NextAsync(), Is.EqualTo("hello"));

        await _hub.Groups.RemoveFromGroupAsync(there.Id, "room").InTime();
        await _hub.Clients.Group("room").SendAsync("Told", "lost");
        await _hub.Clients.All.SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await stays.UntilEndAsync(), Is.EqualTo(new[] { "hello", "lost" }));
            Assert.That(await there.UntilEndAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task Groups_OfAConnectionThatNobodyHas_AreNoError()
    {
        await _hub.Groups.AddToGroupAsync("nobody", "room").InTime();
        await _hub.Groups.RemoveFromGroupAsync("nobody", "room").InTime();
        Assert.That(_one.Services.GetRequiredService<NodeMessenger>().Pending, Is.Zero);
    }

    [Test]
    public async Task WriteThatFails_OnAnotherNode_IsNotTheCallersException()
    {
        var broken = await BrokenConnection.OpenAsync(_other);
        Assert.That(async () => await _hub.Clients.Client(broken.Id).SendAsync("Told", "hello"), Throws.Nothing);
        Assert.That((await broken.Closed).Code, Is.EqualTo(ErrorCodes.Internal));
    }

    [Test]
    public async Task WriteThatFails_InAGroup_KeepsNothingFromTheOthers()
    {
        var broken = await BrokenConnection.OpenAsync(_other);
        var there = await ListenAsync(_other);
        await _hub.Groups.AddToGroupAsync(broken.Id, "room").InTime();
        await _hub.Groups.AddToGroupAsync(there.Id, "room").InTime();
        await _hub.Clients.Group("room").SendAsync("Told", "hello");
        await _hub.Clients.Group("room").SendAsync("Told", "again");
        await _hub.Clients.Clients(broken.Id, there.Id).SendAsync("Told", "directly");
        Assert.That(new[] { await there.NextAsync(), await there.NextAsync(), await there.NextAsync() }, Is.EquivalentTo(new[] { "hello", "again", "directly" }));
    }

    [Test]
    public async Task SendUser_ReachesAllOfHisConnections_OnEveryNode()
    {
        var (here, there, bob) = (await ListenAsync(_one, "ann"), await ListenAsync(_other, "ann"), await ListenAsync(_other, "bob"));
        await _hub.Clients.User("ann").SendAsync("Told", "hello");
        await _hub.Clients.Users("ann", "bob").SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await here.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await there.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await bob.UntilEndAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task SendUser_ReachesTheOthers_WhenOneOfHisConnectionsIsGone()
    {
        var (stays, gone) = (await ListenAsync(_other, "ann"), await ListenAsync(_other, "ann"));
        await gone.Client.Hub.StopAsync().InTime();
        await _hub.Clients.User("ann").SendAsync("Told", "hello");
        Assert.That(await stays.NextAsync(), Is.EqualTo("hello"));
    }

    [Test]
    public async Task ClientResult_ComesBack_FromAnotherNode()
    {
        var there = await ListenAsync(_other);
        there.Client.Hub.On("Number", () => 10);
        there.Client.Hub.On("Position", (int number) => new Position("epoch", number));
        there.Client.Hub.On("Nothing", string? () => null);
        Assert.Multiple(async () =>
        {
            Assert.That(await _hub.Clients.Client(there.Id).InvokeAsync<int>("Number", default).InTime(), Is.EqualTo(10));
            Assert.That(await _hub.Clients.Client(there.Id).InvokeAsync<Position>("Position", 7, default).InTime(), Is.EqualTo(new Position("epoch", 7)));
            Assert.That(await _hub.Clients.Client(there.Id).InvokeAsync<string?>("Nothing", default).InTime(), Is.Null);
        });
        await NothingIsPendingAsync();
    }

    [Test]
    public async Task ClientResult_ThatIsAnError_IsAHubException_FromAnotherNode()
    {
        var (there, id) = await ConnectRawAsync(_other);
        var answer = _hub.Clients.Client(id).InvokeAsync<int>("Result", default);
        var callId = await NextCallAsync(there);
        await there.SendAsync($$"""{"type":3,"invocationId":"{{callId}}","error":"Error from client"}""");
        var thrown = Assert.ThrowsAsync<HubException>(() => answer.InTime());
        Assert.That(thrown.Message, Is.EqualTo("Error from client"));
        await NothingIsPendingAsync();
    }

    [Test]
    public async Task ClientResult_WithoutAValue_IsAHubException_FromAnotherNode()
    {
        var (there, id) = await ConnectRawAsync(_other);
        var answer = _hub.Clients.Client(id).InvokeAsync<int>("Result", default);
        var callId = await NextCallAsync(there);
        await there.SendAsync($$"""{"type":3,"invocationId":"{{callId}}"}""");
        Assert.CatchAsync<HubException>(() => answer.InTime());
        await NothingIsPendingAsync();
    }

    [Test]
    public async Task ClientResult_OfAConnectionThatNoNodeHas_IsAnIOException()
    {
        var thrown = Assert.ThrowsAsync<IOException>(() => _hub.Clients.Client("1234").InvokeAsync<int>("Result", default).InTime());
        Assert.That(thrown.Message, Is.EqualTo("Connection '1234' does not exist."));
        await NothingIsPendingAsync();
    }

    [Test]
    public async Task ClientResult_OfOneThatHasGone_IsAnIOException()
    {
        var there = await ListenAsync(_other);
        using var measurements = new Measurements(_other.Services);
        await there.Client.Hub.StopAsync().InTime();
        await measurements.UntilAsync("realtime.sessions{transport=web_sockets}", -1);
        var thrown = Assert.ThrowsAsync<IOException>(() => _hub.Clients.Client(there.Id).InvokeAsync<int>("Result", default).InTime());
        Assert.That(thrown.Message, Is.EqualTo($"Connection '{there.Id}' does not exist."));
    }

    [Test]
    public async Task ClientResult_OfAClientThatGoes_OnAnotherNode_IsAHubException()
    {
        var (there, id) = await ConnectRawAsync(_other);
        var answer = _hub.Clients.Client(id).InvokeAsync<int>("Result", default);
        await NextCallAsync(there);
        await there.DisposeAsync();
        var thrown = Assert.ThrowsAsync<HubException>(() => answer.InTime());
        Assert.That(thrown.Message, Is.EqualTo("Connection disconnected."));
        await NothingIsPendingAsync();
    }

    [Test]
    public async Task ClientResults_OfTwoNodes_HaveDifferentIds()
    {
        var (there, id) = await ConnectRawAsync(_other);
        var first = _hub.Clients.Client(id).InvokeAsync<int>("Result", default);
        var firstId = await NextCallAsync(there);
        var second = _otherHub.Clients.Client(id).InvokeAsync<int>("Result", default);
        var secondId = await NextCallAsync(there);
        await there.SendAsync($$"""{"type":3,"invocationId":"{{secondId}}","result":2}""");
        await there.SendAsync($$"""{"type":3,"invocationId":"{{firstId}}","result":1}""");
        Assert.Multiple(async () =>
        {
            Assert.That(firstId, Is.Not.EqualTo(secondId));
            Assert.That(await first.InTime(), Is.EqualTo(1));
            Assert.That(await second.InTime(), Is.EqualTo(2));
        });
    }

    [Test]
    public async Task ClientResults_OfManyCalls_DoNotCollide()
    {
        var (there, others) = (await ListenAsync(_other), await ListenAsync(_other));
        there.Client.Hub.On("Result", (int number) => number);
        others.Client.Hub.On("Result", (int number) => -number);
        var answers = await Task.WhenAll(Enumerable.Range(1, 50).Select(i =>
            _hub.Clients.Client(i % 2 == 0 ? there.Id : others.Id).InvokeAsync<int>("Result", i, default))).InTime();
        Assert.That(answers, Is.EqualTo(Enumerable.Range(1, 50).Select(i => i % 2 == 0 ? i : -i)));
        await NothingIsPendingAsync();
    }

    [Test]
    public async Task ClientResult_OfTheWrongType_IsAHubException()
    {
        var (there, id) = await ConnectRawAsync(_other);
        var answer = _hub.Clients.Client(id).InvokeAsync<int>("Result", default);
        var callId = await NextCallAsync(there);
        await there.SendAsync($$"""{"type":3,"invocationId":"{{callId}}","result":"string"}""");
        var thrown = Assert.ThrowsAsync<HubException>(() => answer.InTime());
        Assert.That(thrown.Message, Does.StartWith("Error trying to deserialize result to Int32."));
        await NothingIsPendingAsync();
    }

    [Test]
    public async Task ClientResult_OfAnotherClient_IsRefused_AndTheRightOneStillCounts()
    {
        var (there, id) = await ConnectRawAsync(_other);
        var (wrongHere, wrongThere) = (await ListenAsync(_one), await ListenAsync(_other));
        var answer = _hub.Clients.Client(id).InvokeAsync<int>("Result", default);
        var callId = await NextCallAsync(there);
        var manager = _one.Services.GetRequiredService<HubLifetimeManager<RealtimeHub>>();

        var thrownThere = Assert.ThrowsAsync<InvalidOperationException>(() =>
            _otherManager.SetConnectionResultAsync(wrongThere.Id, CompletionMessage.WithResult(callId, 9)));
        var thrownHere = Assert.ThrowsAsync<InvalidOperationException>(() =>
            manager.SetConnectionResultAsync(wrongHere.Id, CompletionMessage.WithResult(callId, 9)));
        await there.SendAsync($$"""{"type":3,"invocationId":"{{callId}}","result":10}""");

        Assert.Multiple(async () =>
        {
            Assert.That(thrownThere.Message, Is.EqualTo($"Connection ID '{wrongThere.Id}' is not valid for invocation ID '{callId}'."));
            Assert.That(thrownHere.Message, Is.EqualTo($"Connection ID '{wrongHere.Id}' is not valid for invocation ID '{callId}'."));
            Assert.That(await answer.InTime(), Is.EqualTo(10));
        });
    }

    [Test]
    public async Task ClientResult_CanBeCancelled_AndALateOneHasNoEffect()
    {
        var (there, id) = await ConnectRawAsync(_other);
        using var cancellation = new CancellationTokenSource();
        var answer = _hub.Clients.Client(id).InvokeAsync<int>("Result", cancellation.Token);
        var callId = await NextCallAsync(there);

        await cancellation.CancelAsync();
        var thrown = Assert.ThrowsAsync<HubException>(() => answer.InTime());
        Assert.That(thrown.Message, Is.EqualTo("Invocation canceled by the server."));

        await NothingIsPendingAsync();
        await there.SendAsync($$"""{"type":3,"invocationId":"{{callId}}","result":10}""");
        Assert.That((await there.InvokeAsync("Unsubscribe", """["chat:lobby"]"""))["error"], Is.Null, "the connection lives");
    }

    [Test]
    public async Task Poison_IsTheCallersException_BeforeAnythingIsSent()
    {
        var (here, there) = (await ListenAsync(_one, "ann"), await ListenAsync(_other, "ann"));
        await _hub.Groups.AddToGroupAsync(there.Id, "room").InTime();
        var poison = new List<object>();
        poison.Add(poison);
        foreach (var clients in new[] { _hub.Clients.All, _hub.Clients.Group("room"), _hub.Clients.User("ann"), _hub.Clients.Clients(here.Id, there.Id) })
        {
            Assert.CatchAsync(() => clients.SendAsync("Told", poison));
        }

        Assert.CatchAsync(() => _hub.Clients.Client(there.Id).InvokeAsync<int>("Told", poison, default));
        await _hub.Clients.All.SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await here.UntilEndAsync(), Is.Empty);
            Assert.That(await there.UntilEndAsync(), Is.Empty);
        });
        await NothingIsPendingAsync();
    }

    [Test]
    public async Task Json_IsWrittenAlike_OnEveryNode()
    {
        var (here, _) = await ConnectRawAsync(_one);
        var (there, _) = await ConnectRawAsync(_other);
        await _hub.Clients.All.SendAsync("Told", new { SomeName = "Ünïcode & <tags>" });
        var (near, far) = (await here.NextOfTypeAsync(1), await there.NextOfTypeAsync(1));
        Assert.Multiple(() =>
        {
            Assert.That(far["arguments"]![0]!["someName"]!.GetValue<string>(), Is.EqualTo("Ünïcode & <tags>"));
            Assert.That(far.ToJsonString(), Is.EqualTo(near.ToJsonString()));
        });
    }

    [Test]
    public async Task GroupNames_AreCaseSensitive_AndNeverPatterns()
    {
        var (lower, upper, star) = (await ListenAsync(_other), await ListenAsync(_other), await ListenAsync(_other));
        await _hub.Groups.AddToGroupAsync(lower.Id, "a room").InTime();
        await _hub.Groups.AddToGroupAsync(upper.Id, "A room").InTime();
        await _hub.Groups.AddToGroupAsync(star.Id, "*").InTime();
        await _hub.Clients.Group("a room").SendAsync("Told", "to lower");
        await _hub.Clients.Group("*").SendAsync("Told", "to star");
        await _hub.Clients.Group("a*").SendAsync("Told", "to nobody");
        await _hub.Clients.All.SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await lower.UntilEndAsync(), Is.EqualTo(new[] { "to lower" }));
            Assert.That(await upper.UntilEndAsync(), Is.Empty);
            Assert.That(await star.UntilEndAsync(), Is.EqualTo(new[] { "to star" }));
        });
    }

    [Test]
    public async Task UserIds_AreNeverPatterns()
    {
        var (ann, star) = (await ListenAsync(_other, "ann"), await ListenAsync(_other, "*"));
        await _hub.Clients.User("*").SendAsync("Told", "to star");
        await _hub.Clients.User("ann").SendAsync("Told", "to ann");
        await _hub.Clients.All.SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await ann.UntilEndAsync(), Is.EqualTo(new[] { "to ann" }));
            Assert.That(await star.UntilEndAsync(), Is.EqualTo(new[] { "to star" }));
        });
    }

    [Test]
    public async Task SendToAMember_ThatIsBeingRemoved_HurtsNobody()
    {
        var (stays, comesAndGoes) = (await ListenAsync(_other), await ListenAsync(_other));
        await _hub.Groups.AddToGroupAsync(stays.Id, "room").InTime();
        for (var i = 0; i < 20; i++)
        {
            await _hub.Groups.AddToGroupAsync(comesAndGoes.Id, "room").InTime();
            await Task.WhenAll(
                _hub.Groups.RemoveFromGroupAsync(comesAndGoes.Id, "room"),
                _hub.Clients.Group("room").SendAsync("Told", $"{i}"),
                _otherHub.Groups.RemoveFromGroupAsync(comesAndGoes.Id, "room")).InTime();
        }

        await _hub.Clients.Group("room").SendAsync("Told", "after");
        await _hub.Clients.All.SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await stays.UntilEndAsync(), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"{i}").Append("after")));
            Assert.That(await comesAndGoes.UntilEndAsync(), Is.Unique.And.None.EqualTo("after"));
        });
    }

    [TestCase("$control")]
    [TestCase("$nodes")]
    [TestCase("$node:a")]
    public async Task NamesOfTheNodes_AreNoGroups(string name)
    {
        var (here, there) = (await ListenAsync(_one), await ListenAsync(_other));
        Assert.Multiple(() =>
        {
            foreach (var id in new[] { here.Id, there.Id, "nobody" })
            {
                Assert.ThrowsAsync<ArgumentException>(() => _hub.Groups.AddToGroupAsync(id, name));
                Assert.ThrowsAsync<ArgumentException>(() => _hub.Groups.RemoveFromGroupAsync(id, name));
            }

            Assert.ThrowsAsync<ArgumentException>(async () => await _hub.Clients.Group(name).SendAsync("Told", "lost"));
            Assert.ThrowsAsync<ArgumentException>(async () => await _hub.Clients.GroupExcept(name, here.Id).SendAsync("Told", "lost"));
            Assert.ThrowsAsync<ArgumentException>(async () => await _hub.Clients.Groups("room", name).SendAsync("Told", "lost"));
        });
    }

    [TestCase("")]
    [TestCase("\u0001\u0002")]
    [TestCase("null")]
    [TestCase("""{"From":"a"}""")]
    [TestCase("""{"Version":2,"From":"a","Body":{"do":"cancel","CallId":"1"}}""")]
    [TestCase("""{"Version":1,"From":"a b","Body":{"do":"cancel","CallId":"1"}}""")]
    [TestCase("""{"Version":1,"From":"a","Body":{"CallId":"1"}}""")]
    [TestCase("""{"Version":1,"From":"a","Body":{"do":"unheard-of"}}""")]
    [TestCase("""{"Version":1,"From":"a","Body":{"do":"cancel","CallId":null}}""")]
    [TestCase("""{"Version":1,"From":"a","Body":{"do":"join","ConnectionId":"a","Group":"b"}}""")]
    [TestCase("""{"Version":1,"From":"a","Body":{"do":"send","ConnectionIds":["a"],"Encoded":{"json":"?"}}}""")]
    [TestCase("""{"Version":1,"From":"a","Body":{"do":"answered","ConnectionId":"a","CallId":"1","Protocol":"json","Completion":"e30="}}""")]
    [TestCase("""{"Version":1,"From":"a","Question":1,"Body":{"do":"join","ConnectionId":"a","Group":"$nodes"}}""")]
    [TestCase("""{"Version":1,"From":"a","Question":1,"Body":{"do":"cancel","CallId":"1"}}""")]
    [TestCase("""{"Version":1,"From":"a","Question":1,"Answer":17}""")]
    [TestCase("""{"Version":1,"From":"a","Answer":"Yes"}""")]
    public async Task BytesThatNoNodeWrote_AreIgnored_AndCounted(string text)
    {
        using var here = new Measurements(_one.Services);
        using var there = new Measurements(_other.Services);
        var listener = await ListenAsync(_other);
        await _one.Services.GetRequiredService<IBroker>().SendAsync(NodeChannels.All, Encoding.UTF8.GetBytes(text), default);
        await here.UntilAsync("realtime.backplane.unreadable", 1);
        await there.UntilAsync("realtime.backplane.unreadable", 1);
        await _hub.Clients.Client(listener.Id).SendAsync("Told", "hello");
        Assert.That(await listener.NextAsync(), Is.EqualTo("hello"));
    }

    [Test]
    public async Task BytesThatNoNodeWrote_InAGroup_AreIgnored_AndCounted()
    {
        using var there = new Measurements(_other.Services);
        var listener = await ListenAsync(_other);
        await _hub.Groups.AddToGroupAsync(listener.Id, "room").InTime();
        await _one.Services.GetRequiredService<IBroker>().SendAsync("room", "{}"u8.ToArray(), default);
        await there.UntilAsync("realtime.backplane.unreadable", 1);
        await _hub.Clients.Group("room").SendAsync("Told", "hello");
        Assert.That(await listener.NextAsync(), Is.EqualTo("hello"));
    }

    private static Task<Listener> ListenAsync(TestGateway gateway, string? userId = null) => Listener.ConnectAsync(gateway, userId);

    private static async Task<(RawClient Client, string Id)> ConnectRawAsync(TestGateway gateway)
    {
        var client = await gateway.ConnectRawAsync();
        await client.InvokeAsync("Subscribe", """["live:who-am-i"]""");
        await client.SendAsync("""{"type":1,"target":"Send","arguments":["live:who-am-i","who-am-i",null]}""");
        var heard = await client.NextOfTypeAsync(1);
        while ((string?)heard["target"] != "event")
        {
            heard = await client.NextOfTypeAsync(1); // That it has joined comes in its own time.
        }

        await client.InvokeAsync("Unsubscribe", """["live:who-am-i"]""");
        return (client, heard["arguments"]![0]!["sender"]!["connectionId"]!.GetValue<string>());
    }

    private static async Task<string> NextCallAsync(RawClient client) => (await client.NextOfTypeAsync(1))["invocationId"]!.GetValue<string>();

    // What one node tells the other arrives in its time; each question in between is answered after it.
    private async Task NothingIsPendingAsync()
    {
        var asker = _one.Services.GetRequiredService<HubLifetimeManager<RealtimeHub>>();
        var counts = new[] { _one, _other }.Select(node => node.Services.GetRequiredService<ClientResults>()).ToArray();
        await Task.Run(async () =>
        {
            while (counts.Any(results => results.Count > 0))
            {
                await asker.RemoveFromGroupAsync("nobody", "room");
            }
        }).InTime();
        Assert.That(_one.Services.GetRequiredService<NodeMessenger>().Pending, Is.Zero);
    }
}
