using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>What SignalR asks of every lifetime manager, seen by clients of a whole gateway, and what ours adds.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class HubLifetimeManagerTests
{
    private TestGateway _gateway = null!;
    private IHubContext<RealtimeHub> _hub = null!;
    private HubLifetimeManager<RealtimeHub> _manager = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync();
        _hub = _gateway.Services.GetRequiredService<IHubContext<RealtimeHub>>();
        _manager = _gateway.Services.GetRequiredService<HubLifetimeManager<RealtimeHub>>();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task SendAll_ReachesEveryConnection()
    {
        var (one, other) = (await ListenAsync(), await ListenAsync());
        await _hub.Clients.All.SendAsync("Told", "hello");
        Assert.Multiple(async () =>
        {
            Assert.That(await one.NextAsync(), Is.EqualTo("hello"));
            Assert.That(await other.NextAsync(), Is.EqualTo("hello"));
        });
    }

    [Test]
    public async Task SendAll_ReachesNobodyWhoHasGone()
    {
        var (one, gone) = (await ListenAsync(), await ListenAsync());
        await gone.Client.Hub.StopAsync();
        await _hub.Clients.All.SendAsync("Told", "hello");
        Assert.Multiple(async () =>
        {
            Assert.That(await one.NextAsync(), Is.EqualTo("hello"));
            Assert.That(gone.HasMore, Is.False);
            Assert.That(_gateway.Services.GetRequiredService<SessionRegistry>().Find(gone.Id), Is.Null, "nothing of it is left to be sent to");
        });
    }

    [Test]
    public async Task SendGroup_ReachesItsMembersOnly_AndNamesAreCaseSensitive()
    {
        var (member, otherCase) = (await ListenAsync(), await ListenAsync());
        await _hub.Groups.AddToGroupAsync(member.Id, "Any group, even with spaces");
        await _hub.Groups.AddToGroupAsync(otherCase.Id, "any group, even with spaces");
        await _hub.Clients.Group("Any group, even with spaces").SendAsync("Told", "hello");
        await _hub.Clients.All.SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await member.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await otherCase.UntilEndAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task SendGroupExcept_SparesTheExcluded()
    {
        var (member, excluded) = (await ListenAsync(), await ListenAsync());
        await _hub.Groups.AddToGroupAsync(member.Id, "room");
        await _hub.Groups.AddToGroupAsync(excluded.Id, "room");
        await _hub.Clients.GroupExcept("room", [excluded.Id]).SendAsync("Told", "hello");
        await _hub.Clients.All.SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await member.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await excluded.UntilEndAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task SendConnection_ReachesThatConnectionOnly()
    {
        var (one, other) = (await ListenAsync(), await ListenAsync());
        await _hub.Clients.Client(one.Id).SendAsync("Told", "hello");
        await _hub.Clients.Client("nobody").SendAsync("Told", "lost");
        await _hub.Clients.All.SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await one.UntilEndAsync(), Is.EqualTo(new[] { "hello" }));
            Assert.That(await other.UntilEndAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task ClientResult_ComesBack()
    {
        var one = await ListenAsync();
        one.Client.Hub.On("Result", () => 10);
        Assert.That(await _hub.Clients.Client(one.Id).InvokeAsync<int>("Result", default).InTime(), Is.EqualTo(10));
    }

    [Test]
    public async Task ClientResult_ThatIsAnError_IsAHubException()
    {
        var one = await ListenAsync();
        one.Client.Hub.On("Result", int () => throw new HubException("Error from client"));
        var thrown = Assert.ThrowsAsync<HubException>(() => _hub.Clients.Client(one.Id).InvokeAsync<int>("Result", default).InTime());
        Assert.That(thrown.Message, Does.Contain("Error from client"));
    }

    [Test]
    public async Task ClientResult_OfAnotherClient_IsRefused_AndTheRightOneStillCounts()
    {
        var one = await _gateway.ConnectRawAsync();
        var other = await ListenAsync();
        var id = _gateway.Services.GetRequiredService<SessionRegistry>().All
            .Single(session => session.ConnectionId != other.Id).ConnectionId;
        var answer = _hub.Clients.Client(id).InvokeAsync<int>("Result", default);
        var invocationId = (await one.NextOfTypeAsync(1))["invocationId"]!.GetValue<string>();

        var thrown = Assert.ThrowsAsync<InvalidOperationException>(() =>
            _manager.SetConnectionResultAsync(other.Id, CompletionMessage.WithResult(invocationId, 9)));
        await one.SendAsync($$"""{"type":3,"invocationId":"{{invocationId}}","result":10}""");

        Assert.Multiple(async () =>
        {
            Assert.That(thrown.Message, Is.EqualTo($"Connection ID '{other.Id}' is not valid for invocation ID '{invocationId}'."));
            Assert.That(await answer.InTime(), Is.EqualTo(10));
        });
    }

    [Test]
    public void ClientResult_OfAConnectionThatIsNotThere_IsAnIOException()
    {
        var thrown = Assert.ThrowsAsync<IOException>(() => _hub.Clients.Client("1234").InvokeAsync<int>("Result", default).InTime());
        Assert.That(thrown.Message, Is.EqualTo("Connection '1234' does not exist."));
    }

    [Test]
    public async Task ClientResults_OfSeveralClients_DoNotCollide()
    {
        var (one, other) = (await ListenAsync(), await ListenAsync());
        one.Client.Hub.On("Result", () => 1);
        other.Client.Hub.On("Result", () => 2);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            _hub.Clients.Client(i % 2 == 0 ? one.Id : other.Id).InvokeAsync<int>("Result", default))).InTime();
        Assert.That(answers, Is.EqualTo(Enumerable.Range(0, 50).Select(i => i % 2 == 0 ? 1 : 2)));
    }

    [Test]
    public async Task ClientResult_OfAClientThatGoes_IsAnIOException()
    {
        var one = await _gateway.ConnectRawAsync();
        var id = _gateway.Services.GetRequiredService<SessionRegistry>().All.Single().ConnectionId;
        var answer = _hub.Clients.Client(id).InvokeAsync<int>("Result", default);
        await one.NextOfTypeAsync(1);
        await one.DisposeAsync();
        var thrown = Assert.ThrowsAsync<IOException>(() => answer.InTime());
        Assert.That(thrown.Message, Is.EqualTo($"Connection '{id}' disconnected."));
    }

    [Test]
    public async Task ClientResult_CanBeCancelled_AndALateOneHasNoEffect()
    {
        var one = await _gateway.ConnectRawAsync();
        var id = _gateway.Services.GetRequiredService<SessionRegistry>().All.Single().ConnectionId;
        using var cancellation = new CancellationTokenSource();
        var answer = _hub.Clients.Client(id).InvokeAsync<int>("Result", cancellation.Token);
        var invocationId = (await one.NextOfTypeAsync(1))["invocationId"]!.GetValue<string>();

        await cancellation.CancelAsync();
        var thrown = Assert.ThrowsAsync<HubException>(() => answer.InTime());
        await _manager.SetConnectionResultAsync(id, CompletionMessage.WithResult(invocationId, 10));

        Assert.Multiple(async () =>
        {
            Assert.That(thrown.Message, Is.EqualTo("Invocation canceled by the server."));
            Assert.That((await one.InvokeAsync("Unsubscribe", """["chat:lobby"]"""))["error"], Is.Null, "the connection lives");
        });
    }

    [Test]
    public async Task ClientResult_WithoutAValue_IsAnError_AndNotAWaitForEver()
    {
        var one = await _gateway.ConnectRawAsync();
        var id = _gateway.Services.GetRequiredService<SessionRegistry>().All.Single().ConnectionId;
        var answer = _hub.Clients.Client(id).InvokeAsync<int>("Result", default);
        var invocationId = (await one.NextOfTypeAsync(1))["invocationId"]!.GetValue<string>();
        await _manager.SetConnectionResultAsync(id, CompletionMessage.WithResult(invocationId, null));
        Assert.CatchAsync<HubException>(() => answer.InTime());
    }

    [Test]
    public async Task Poison_IsTheCallersException_AndNobodyElsesTrouble()
    {
        var one = await ListenAsync();
        var cycle = new List<object>();
        cycle.Add(cycle);
        Assert.CatchAsync(() => _hub.Clients.All.SendAsync("Told", cycle));
        await _hub.Clients.All.SendAsync("Told", "hello");
        Assert.That(await one.NextAsync(), Is.EqualTo("hello"));
    }

    [Test]
    public async Task SendUser_ReachesAllConnectionsOfTheUser_AndFollowsAuthenticate()
    {
        var (first, second, bob) = (await ListenAsync("ann"), await ListenAsync("ann"), await ListenAsync("bob"));
        await _hub.Clients.User("ann").SendAsync("Told", "to ann");
        await bob.Client.AuthenticateAsync(TestTokens.For("ann"));
        await second.Client.AuthenticateAsync(null);
        await _hub.Clients.User("ann").SendAsync("Told", "to ann again");
        await _hub.Clients.All.SendAsync("Told", "end");
        Assert.Multiple(async () =>
        {
            Assert.That(await first.UntilEndAsync(), Is.EqualTo(new[] { "to ann", "to ann again" }));
            Assert.That(await second.UntilEndAsync(), Is.EqualTo(new[] { "to ann" }));
            Assert.That(await bob.UntilEndAsync(), Is.EqualTo(new[] { "to ann again" }));
        });
    }

    [Test]
    public async Task GroupOfAChannelsName_IsThatChannel()
    {
        var (subscriber, granted) = (await ListenAsync(), await ListenAsync());
        await subscriber.Client.SubscribeAsync("chat:lobby");
        await _hub.Groups.AddToGroupAsync(granted.Id, "chat:lobby");
        await _hub.Clients.Group("chat:lobby").SendAsync("Told", "hello");
        await subscriber.Client.SendAsync("chat:lobby", "message", 1);
        Assert.Multiple(async () =>
        {
            Assert.That(await subscriber.NextAsync(), Is.EqualTo("hello"));
            Assert.That(await granted.NextAsync(), Is.EqualTo("hello"));
            Assert.That((await granted.Client.NextEventAsync()).Channel, Is.EqualTo("chat:lobby"));
        });
    }

    [Test]
    public async Task Grant_NeedsNoPermission_AndEndsWithTheUser()
    {
        var one = await ListenAsync("ann");
        await _hub.Groups.AddToGroupAsync(one.Id, "team:blue:room");
        var server = _gateway.Services.GetRequiredService<IRealtimePublisher>();
        await server.PublishAsync("team:blue:room", "message", 1);
        Assert.That((await one.Client.NextEventAsync()).Channel, Is.EqualTo("team:blue:room"));

        await one.Client.AuthenticateAsync(TestTokens.For("ann"));
        await server.PublishAsync("team:blue:room", "message", 2);
        Assert.That((await one.Client.NextEventAsync()).Data.GetInt32(), Is.EqualTo(2), "the same user with a newer token");

        await one.Client.AuthenticateAsync(TestTokens.For("bob"));
        await server.PublishAsync("team:blue:room", "message", 3);
        Assert.That(await one.Client.EventsUntilNowAsync(), Is.Empty);
    }

    [Test]
    public async Task RemoveFromGroup_TakesOutOfTheChannel_HoweverTheClientCameIn()
    {
        var one = await ListenAsync();
        await one.Client.SubscribeAsync("chat:lobby");
        await _hub.Groups.AddToGroupAsync(one.Id, "chat:lobby");
        await _hub.Groups.RemoveFromGroupAsync(one.Id, "chat:lobby");
        await _hub.Clients.Group("chat:lobby").SendAsync("Told", "lost");
        var notice = await one.Client.NextNoticeAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(notice, Is.EqualTo(new SubscriptionMessage("chat:lobby", "revoked", "permission_denied")));
            Assert.That(await one.Client.EventsUntilNowAsync(), Is.Empty);
            Assert.That(one.HasMore, Is.False);
        });
    }

    [Test]
    public async Task TypedContext_SpeaksTheNamesOfTheWire()
    {
        var one = await _gateway.ConnectRawAsync();
        var typed = _gateway.Services.GetRequiredService<IHubContext<RealtimeHub, IRealtimeClient>>();
        await typed.Clients.All.Subscription(new SubscriptionMessage("chat:lobby", "revoked"));
        var message = await one.NextOfTypeAsync(1);
        Assert.That(
            message.ToJsonString(),
            Is.EqualTo("""{"type":1,"target":"subscription","arguments":[{"channel":"chat:lobby","state":"revoked"}]}"""));
    }

    [Test]
    public async Task UnknownConnection_IsNoErrorForGroups()
    {
        await _hub.Groups.AddToGroupAsync("nobody", "room").InTime();
        await _hub.Groups.RemoveFromGroupAsync("nobody", "room").InTime();
    }

    private Task<Listener> ListenAsync(string? userId = null) => Listener.ConnectAsync(_gateway, userId);
}
