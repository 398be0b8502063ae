using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Edges.Rest;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>When the client connects, comes back, and stays away.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class ConnectionTests : ClientFixture
{
    [Test]
    public async Task ConnectionThatIsGivenUp_IsToldToSubscriptions_EndsLoops_AndRefusesNewOnes_UntilItIsBegunByHand()
    {
        var client = NewClient(Quick with { RetryAttempts = 0 });
        var states = StatesOf(client);
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await using var loop = client.SubscribeAsync(Lobby).GetAsyncEnumerator();
        var first = loop.MoveNextAsync().AsTask();
        await states.NextAsync(change =>
            change is SubscriptionStateChange { State: SubscriptionState.Subscribed } other && other.SubscriptionId != heard.Subscription.Id);
        await PublishAsync(Lobby, 1, 1);
        Assert.That(await first.InTime(), Is.True);

        Proxy.Drop();
        var notice = await heard.Notices.NextAsync();
        var thrown = Assert.ThrowsAsync<RealtimeException>(async () =>
        {
            while (await loop.MoveNextAsync().AsTask().InTime())
            {
            }
        });
        var refused = Assert.ThrowsAsync<RealtimeException>(() => client.SubscribeAsync(Lobby, _ => { }).InTime());
        Assert.Multiple(() =>
        {
            Assert.That((notice.Kind, notice.Reason), Is.EqualTo((SubscriptionNoticeKind.Disconnected, ErrorCodes.Unavailable)));
            Assert.That(notice.Error!.Error.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(thrown!.Error, Is.EqualTo(notice.Error.Error));
            Assert.That(refused!.Error, Is.EqualTo(notice.Error.Error));
        });

        await PublishAsync(Lobby, 2, 2);
        await client.ConnectAsync().InTime();
        await heard.Events.NextAsync(message => Number(message) == 2);
        Assert.That((await heard.Notices.NextAsync()).Kind, Is.EqualTo(SubscriptionNoticeKind.Recovered));
    }

    [Test]
    [Behaviour("connects-on-first-use")]
    public async Task FirstUse_Connects_AndConnectingCanBeAwaited()
    {
        var byCall = NewClient();
        var byHand = NewClient();
        var connected = byHand.ConnectedAsync();
        Assert.That(byCall.State, Is.EqualTo(ClientState.Disconnected));

        await byCall.HistoryAsync(Lobby).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(byCall.State, Is.EqualTo(ClientState.Connected));
            Assert.That(connected.IsCompleted, Is.False, "nobody has used the other yet");
        });

        await byHand.ConnectAsync().InTime();
        await connected.InTime();
        await byCall.ConnectedAsync().InTime();
        await byHand.ConnectAsync().InTime();
    }

    [Test]
    [Behaviour("names-its-connection")]
    public async Task ConnectionId_IsTheSendersToOthers_WhileItIsConnected()
    {
        var client = NewClient(Quick with { Negotiate = true });
        var heard = new Inbox<EventMessage>();
        Assert.That(client.ConnectionId, Is.Null);

        await client.SubscribeAsync(Lobby, heard.Add).InTime();
        await client.SendAsync(Lobby, "message", Json("1")).InTime();
        var id = client.ConnectionId;
        Assert.That((await heard.NextAsync()).Sender!.ConnectionId, Is.EqualTo(id));

        await client.PauseAsync().InTime();
        Assert.That(client.ConnectionId, Is.Null);

        await client.ResumeAsync().InTime();
        Assert.That(client.ConnectionId, Is.Not.Null.And.Not.EqualTo(id));
    }

    [Test]
    public async Task ConnectionId_IsUnknown_WithoutNegotiation()
    {
        var client = NewClient();
        await client.ConnectAsync().InTime();
        Assert.That(client.ConnectionId, Is.Null);
    }

    [Test]
    [Behaviour("tells-each-state")]
    public async Task States_AreToldInOrder_WithWhatBelongsToThem()
    {
        var client = NewClient(Quick with { Negotiate = true });
        var states = StatesOf(client);
        var subscription = await client.SubscribeAsync([Lobby, "live:room"], (_, _) => ValueTask.CompletedTask).InTime();
        var id = client.ConnectionId;
        SubscriptionStateChange Told(SubscriptionState state) => new(state, subscription.Id, subscription.Channels);
        var begun = await states.TakeAsync(4);

        Proxy.Drop();
        var returned = await states.UntilAsync(change => IsState(change, ClientState.Connected));
        await states.NextAsync();
        await subscription.UnsubscribeAsync().InTime();
        var unsubscribed = await states.TakeAsync(2);
        await client.DisposeAsync().AsTask().InTime();
        var last = await states.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(begun.OfType<ConnectionStateChange>(), Is.EqualTo(new ConnectionStateChange[]
            {
                new(ClientState.Connecting),
                new(ClientState.Connected, id),
            }));
            Assert.That(begun.OfType<SubscriptionStateChange>().Select(change => (change.State, change.SubscriptionId)), Is.EqualTo(new[]
            {
                (SubscriptionState.Subscribing, subscription.Id),
                (SubscriptionState.Subscribed, subscription.Id),
            }));
            Assert.That(returned.OfType<SubscriptionStateChange>().Single().State, Is.EqualTo(SubscriptionState.Subscribing));
            Assert.That(returned.OfType<ConnectionStateChange>().First(), Is.InstanceOf<ConnectionStateChange>()
                .With.Property(nameof(ConnectionStateChange.State)).EqualTo(ClientState.Reconnecting)
                .And.Property(nameof(ConnectionStateChange.Attempt)).EqualTo(1));
            Assert.That(unsubscribed.Cast<SubscriptionStateChange>().Select(change => change.State), Is.EqualTo(new[]
            {
                SubscriptionState.Unsubscribing,
                SubscriptionState.Unsubscribed,
            }));
            Assert.That(begun.OfType<SubscriptionStateChange>().Last().Channels, Is.EqualTo(Told(SubscriptionState.Subscribed).Channels));
            Assert.That(last, Is.EqualTo(new ConnectionStateChange(ClientState.Disposing)));
            Assert.That(client.State, Is.EqualTo(ClientState.Disposing));
            Assert.That(subscription.State, Is.EqualTo(SubscriptionState.Unsubscribed));
        });
    }

    [Test]
    [Behaviour("retries-the-first-start")]
    public async Task FirstStart_IsTriedAgain_UntilTheGatewayIsThere()
    {
        Proxy.Cut();
        var client = NewClient();
        var errors = ErrorsOf(client);
        var subscribing = client.SubscribeAsync(Lobby, _ => { });
        await errors.TakeAsync(3);
        Assert.That(client.State, Is.EqualTo(ClientState.Connecting));

        Proxy.Pass();
        var subscription = await subscribing.InTime();
        Assert.That(subscription.State, Is.EqualTo(SubscriptionState.Subscribed));
    }

    [Test]
    [Behaviour("spreads-its-attempts")]
    public async Task Attempts_AreSpread_BelowABoundThatGrowsToItsMost()
    {
        Proxy.Cut();
        var client = NewClient(Quick with { ReconnectDelay = TimeSpan.FromMilliseconds(10), MaxReconnectDelay = TimeSpan.FromMilliseconds(40) });
        var states = StatesOf(client);
        _ = client.ConnectAsync();
        var attempts = new List<ConnectionStateChange>();
        while (attempts.Count < 20)
        {
            attempts.Add((ConnectionStateChange)await states.NextAsync(change => change is ConnectionStateChange { Attempt: > 0 }));
        }

        Assert.Multiple(() =>
        {
            Assert.That(attempts.Select(attempt => attempt.Attempt), Is.EqualTo(Enumerable.Range(1, 20)));
            Assert.That(attempts[0].RetryIn, Is.LessThan(TimeSpan.FromMilliseconds(10)));
            Assert.That(attempts[1].RetryIn, Is.LessThan(TimeSpan.FromMilliseconds(20)));
            Assert.That(attempts.Select(attempt => attempt.RetryIn), Is.All.LessThan(TimeSpan.FromMilliseconds(40)));
            Assert.That(attempts.Select(attempt => attempt.RetryIn).Distinct().Count(), Is.GreaterThan(15));
        });
    }

    [Test]
    [Behaviour("gives-up-after-its-attempts")]
    public async Task Attempts_AreAsManyAsGiven_AndCountAnewAfterASuccess()
    {
        var client = NewClient(Quick with { RetryAttempts = 1 });
        var states = StatesOf(client);
        await client.ConnectAsync().InTime();
        for (var i = 0; i < 3; i++)
        {
            Proxy.Drop();
            await states.NextAsync(change => IsState(change, ClientState.Reconnecting));
            await client.ConnectedAsync().InTime();
        }

        Proxy.Cut();
        var told = (ConnectionStateChange)await states.NextAsync(change => IsState(change, ClientState.Error));
        var refused = Assert.ThrowsAsync<RealtimeException>(() => client.HistoryAsync(Lobby).InTime());
        Assert.Multiple(() =>
        {
            Assert.That(told.Error!.Error.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(refused!.Error.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(client.State, Is.EqualTo(ClientState.Error));
        });

        Proxy.Pass();
        await client.ConnectAsync().InTime();
        await client.HistoryAsync(Lobby).InTime();
    }

    [Test]
    [Behaviour("stays-away-where-told")]
    public async Task WithoutAutoReconnect_ALostConnectionStaysLost_UntilItIsReconnectedByHand()
    {
        var client = NewClient(Quick with { AutoReconnect = false });
        var states = StatesOf(client);
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await MissAsync(() => PublishAsync(Lobby, 1, 2));
        await states.NextAsync(change => IsState(change, ClientState.Disconnected));
        var connected = client.ConnectedAsync();
        Assert.That(states.Drain().Where(change => change is ConnectionStateChange), Is.Empty);
        Assert.That(connected.IsCompleted, Is.False);

        await client.ReconnectAsync().InTime();
        await connected.InTime();
        Assert.That((await heard.Events.TakeAsync(2)).Select(Number), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    [Behaviour("reconnects-by-hand")]
    public async Task Reconnecting_MakesANewConnectionAtOnce_AndRecovers()
    {
        // With delays of hours, nothing that waits for one comes to an end here.
        var client = NewClient(new RealtimeClientOptions { Negotiate = true, ReconnectDelay = TimeSpan.FromHours(1), MaxReconnectDelay = TimeSpan.FromHours(9) });
        var states = StatesOf(client);
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        var id = client.ConnectionId;
        await client.ReconnectAsync().InTime();
        Assert.That(client.ConnectionId, Is.Not.Null.And.Not.EqualTo(id));

        Proxy.Cut();
        await states.NextAsync(change => change is ConnectionStateChange { Attempt: 1 });
        await PublishAsync(Lobby, 1, 2);
        Proxy.Pass();
        await client.ReconnectAsync().InTime();
        var missed = await heard.Events.TakeAsync(2);
        Assert.Multiple(() =>
        {
            Assert.That(missed.Select(Number), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(missed.Select(message => message.Replayed), Is.All.True);
        });
    }

    [Test]
    [Behaviour("takes-a-refusal-as-final")]
    public async Task RefusedCredential_IsFinal_AfterTheTokenWasAskedForOnceMore()
    {
        var asked = 0;
        var client = NewClient(Quick with
        {
            Token = _ =>
            {
                asked++;
                return ValueTask.FromResult<string?>(TestTokens.Forged);
            },
        });

        var refused = Assert.ThrowsAsync<RealtimeException>(() => client.ConnectAsync().InTime());
        Assert.Multiple(() =>
        {
            Assert.That(refused!.Error.Code, Is.EqualTo(ErrorCodes.Unauthenticated));
            Assert.That(client.State, Is.EqualTo(ClientState.Error));
            Assert.That(asked, Is.EqualTo(2));
        });
    }

    [Test]
    [Behaviour("takes-a-refusal-as-final")]
    public async Task CloseForGood_IsFinal()
    {
        var client = NewClient("ann");
        var states = StatesOf(client);
        await client.ConnectAsync().InTime();
        await client.HistoryAsync(Lobby).InTime();
        await Gateway.AskAsync("POST /api/users/ann/disconnect", key: "backend");

        var told = (ConnectionStateChange)await states.NextAsync(change => IsState(change, ClientState.Error));
        Assert.That(told.Error!.Error, Is.EqualTo(new Error(ErrorCodes.PermissionDenied, "A server has ended this session.")));
    }

    [Test]
    [Behaviour("notices-silence")]
    public async Task Silence_IsTheEnd_OfAConnectionThatStaysOpen()
    {
        var client = NewClient(Quick with { ServerTimeout = TimeSpan.FromSeconds(1) });
        var states = StatesOf(client);
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        Proxy.Stall();
        await PublishAsync(Lobby, 1, 1);
        await states.NextAsync(change => IsState(change, ClientState.Reconnecting));

        Proxy.Pass();
        Assert.That(Number(await heard.Events.NextAsync()), Is.EqualTo(1));
    }

    [Test]
    [Behaviour("pauses")]
    public async Task Paused_ItIsDisconnected_AndResumed_ItRecovers()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await client.PauseAsync().InTime();
        var sending = client.SendAsync(Lobby, "message", Json("2"));
        await PublishAsync(Lobby, 1, 1);
        Assert.Multiple(() =>
        {
            Assert.That(client.State, Is.EqualTo(ClientState.Disconnected));
            Assert.That(heard.Subscription.State, Is.EqualTo(SubscriptionState.Subscribing));
            Assert.That(heard.Events.Drain(), Is.Empty);
        });

        await client.ResumeAsync().InTime();
        await sending.InTime();
        Assert.That((await heard.Events.TakeAsync(2)).Select(Number), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    [Behaviour("disposes")]
    public async Task Disposed_ItRefusesWhatWaits_AndIsNotUsedAnyMore()
    {
        var other = await Gateway.ConnectAsync();
        await other.SubscribeAsync(Lobby);
        await other.NextPresenceAsync(); // Itself.
        var time = new ManualTime();
        var client = NewClient(Quick with { TimeProvider = time });
        var subscription = await client.SubscribeAsync(Lobby, _ => { }).InTime();
        await other.NextPresenceAsync();
        Proxy.Stall();
        var call = client.HistoryAsync(Lobby);
        var send = client.SendAsync(Lobby, "message", Json("1"));

        await client.DisposeAsync().AsTask().InTime();
        await client.DisposeAsync().AsTask().InTime();
        Assert.Multiple(() =>
        {
            Assert.That(() => call.InTime(), Throws.InstanceOf<RealtimeException>().Or.InstanceOf<ObjectDisposedException>());
            Assert.That(() => send.InTime(), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => client.ConnectAsync().InTime(), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => client.SendAsync(Lobby, "message", Json("1")).InTime(), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => client.SubscribeAsync(Lobby, _ => { }).InTime(), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => client.HistoryAsync(Lobby).InTime(), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(subscription.State, Is.EqualTo(SubscriptionState.Unsubscribed));
            Assert.That(time.TimerCount, Is.Zero);
        });

        Proxy.Pass();
        Assert.That((await other.NextPresenceAsync()).Type, Is.EqualTo(PresenceTypes.Leave), "the connection is closed");
    }

    [Test]
    public async Task Disposing_EndsWhatIsConnecting()
    {
        Proxy.Stall();
        var client = NewClient();
        var connecting = client.ConnectAsync();
        await client.DisposeAsync().AsTask().InTime();
        Assert.That(() => connecting.InTime(), Throws.InstanceOf<ObjectDisposedException>());
    }
}
