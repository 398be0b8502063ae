using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Edges.Rest;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>Subscriptions while the connection holds.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class SubscribingTests : ClientFixture
{
    private static readonly string[] Paid = ["order.*.paid"];

    [Test]
    [Behaviour("subscribes")]
    public async Task Subscribing_GivesTheAnswer_AndARefusalWithItsCode()
    {
        await PublishAsync(Lobby, 1, 3);
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby, new SubscriptionOptions { Events = Paid }).InTime();
        var refused = Assert.ThrowsAsync<RealtimeException>(() => client.SubscribeAsync("team:blue:room", _ => { }).InTime());
        var answer = heard.Subscription.Answer!;
        Assert.Multiple(() =>
        {
            Assert.That(answer.Id, Is.EqualTo(heard.Subscription.Id));
            Assert.That(answer.Key, Is.Not.Null);
            Assert.That(answer.Channels.Single().Position!.Offset, Is.EqualTo(3));
            Assert.That(heard.Subscription.Position(Lobby), Is.EqualTo(answer.Channels.Single().Position));
            Assert.That(heard.Subscription.Position("chat:other"), Is.Null);
            Assert.That(refused!.Error.Code, Is.EqualTo(ErrorCodes.PermissionDenied));
        });
    }

    [Test]
    public async Task Enumeration_HandsOver_AndEndsItsSubscriptionWhenItIsLeft()
    {
        var client = NewClient();
        var states = StatesOf(client);
        var numbers = new List<int>();
        var publishing = PublishWhenSubscribedAsync();
        await foreach (var message in client.SubscribeAsync(Lobby))
        {
            numbers.Add(Number(message));
            if (numbers.Count == 3)
            {
                break;
            }
        }

        await publishing;

        async Task PublishWhenSubscribedAsync()
        {
            await states.NextAsync(change => change is SubscriptionStateChange { State: SubscriptionState.Subscribed });
            await PublishAsync(Lobby, 1, 5);
        }

        Assert.That(numbers, Is.EqualTo(new[] { 1, 2, 3 }));
        await states.NextAsync(change => change is SubscriptionStateChange { State: SubscriptionState.Unsubscribed });
    }

    [Test]
    public async Task Enumeration_IsCancelled_AndThrowsWhatEndsIt()
    {
        var client = NewClient("ann", "blue");
        using var leaving = new CancellationTokenSource();
        var cancelled = ReadToTheEndAsync(client.SubscribeAsync(Lobby, cancellationToken: leaving.Token));
        var revoked = ReadToTheEndAsync(client.SubscribeAsync("team:blue:room"));
        var refused = ReadToTheEndAsync(client.SubscribeAsync("team:red:room"));
        Assert.That(Assert.ThrowsAsync<RealtimeException>(() => refused.InTime())!.Error.Code, Is.EqualTo(ErrorCodes.PermissionDenied));
        await client.SubscribeAsync("live:room", _ => { }).InTime();

        await leaving.CancelAsync();
        await Gateway.AskAsync("POST /api/users/ann/unsubscribe", """{"channels":["team:blue:room"]}""", key: "backend");
        Assert.That(() => cancelled.InTime(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Assert.ThrowsAsync<RealtimeException>(() => revoked.InTime())!.Error.Message, Does.Contain("team:blue:room"));
    }

    [Test]
    public async Task Enumeration_Ends_WhenTheClientIsDisposed()
    {
        var client = NewClient();
        var states = StatesOf(client);
        var reading = ReadToTheEndAsync(client.SubscribeAsync(Lobby));
        await states.NextAsync(change => change is SubscriptionStateChange { State: SubscriptionState.Subscribed });
        await client.DisposeAsync().AsTask().InTime();
        await reading.InTime();
    }

    [Test]
    [Behaviour("ends-one-alone")]
    public async Task Unsubscribing_LeavesTheOthers()
    {
        var client = NewClient();
        var one = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        var other = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await one.Subscription.UnsubscribeAsync().InTime();
        await one.Subscription.UnsubscribeAsync().InTime();
        await PublishAsync(Lobby, 1, 1);
        Assert.That(Number(await other.Events.NextAsync()), Is.EqualTo(1));

        await other.Subscription.DisposeAsync().AsTask().InTime();
        await PublishAsync(Lobby, 2, 2);
        await client.HistoryAsync(Lobby).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(one.All.Drain(), Is.Empty);
            Assert.That(other.Events.Drain(), Is.Empty);
            Assert.That(() => one.Subscription.UpdateAsync(new() { Channels = ["live:room"] }).InTime(), Throws.InstanceOf<RealtimeException>());
        });
    }

    [Test]
    [Behaviour("updates-in-place")]
    public async Task Update_ReplacesAtOnce_AndLosesAndDoublesNothing()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        using var over = new CancellationTokenSource();
        var publishing = PublishUntilAsync(heard, over.Token);
        for (var i = 0; i < 10; i++)
        {
            await heard.Subscription.UpdateAsync(new() { Channels = [Lobby, $"live:{i}"], Events = i % 2 == 0 ? ["message", "other"] : [] }).InTime();
        }

        await over.CancelAsync();
        var last = await publishing;
        await PublishAsync("live:9", 0, 0);
        await PublishAsync("live:8", -1, -1);
        await PublishAsync(Lobby, last + 1, last + 1);
        var all = await heard.Events.UntilAsync(message => Number(message) == last + 1);
        Assert.Multiple(() =>
        {
            Assert.That(all.Where(message => message.Channel == Lobby).Select(Number), Is.EqualTo(Enumerable.Range(1, last)));
            Assert.That(all.Where(message => message.Channel != Lobby).Select(message => message.Channel), Is.EqualTo(new[] { "live:9" }));
            Assert.That(heard.Subscription.Channels, Is.EqualTo(new[] { Lobby, "live:9" }));
        });

        await heard.Subscription.UpdateAsync(new() { Events = ["wanted"], Filter = [new() { Method = "isNotNull", Attribute = "a" }] }).InTime();
        await Server.PublishAsync(Lobby, "unwanted", new { a = 1 });
        await Server.PublishAsync(Lobby, "wanted", new { b = 1 });
        await Server.PublishAsync(Lobby, "wanted", new { a = 2 });
        Assert.That((await heard.Events.NextAsync()).Data.GetProperty("a").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task Update_ThatIsRefused_LeavesAllAsItWas()
    {
        var client = NewClient();
        var heard = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        var refused = Assert.ThrowsAsync<RealtimeException>(() => heard.Subscription.UpdateAsync(new() { Channels = ["team:blue:room"] }).InTime());
        await PublishAsync(Lobby, 1, 1);
        Assert.Multiple(async () =>
        {
            Assert.That(refused!.Error.Code, Is.EqualTo(ErrorCodes.PermissionDenied));
            Assert.That(Number(await heard.Events.NextAsync()), Is.EqualTo(1));
            Assert.That(heard.Subscription.Channels, Is.EqualTo(new[] { Lobby }));
        });
    }

    [Test]
    [Behaviour("chooses-the-subscription")]
    public async Task EachOfSeveral_IsHandedWhatItChooses()
    {
        var client = NewClient();
        var plain = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        var paid = await HeardSubscription.BeginAsync(client, Lobby, new() { Events = Paid }).InTime();
        var large = await HeardSubscription.BeginAsync(client, Lobby, new() { Filter = [new() { Method = "greaterThan", Attribute = "total", Values = [Json("100")] }] })
            .InTime();
        await Server.PublishAsync(Lobby, "order.1.paid", new { total = 50 });
        await Server.PublishAsync(Lobby, "order.2.sent", new { total = 200 });
        await Server.PublishAsync(Lobby, "order.3.paid", new { total = 300 });

        Assert.Multiple(async () =>
        {
            Assert.That(await NamesAsync(plain, 3), Is.EqualTo(new[] { "order.1.paid", "order.2.sent", "order.3.paid" }));
            Assert.That(await NamesAsync(paid, 2), Is.EqualTo(new[] { "order.1.paid", "order.3.paid" }));
            Assert.That(await NamesAsync(large, 2), Is.EqualTo(new[] { "order.2.sent", "order.3.paid" }));
        });
    }

    [Test]
    [Behaviour("hides")]
    public async Task Hidden_HearsWithoutBeingAMember()
    {
        var client = NewClient(Quick with { Token = _ => ValueTask.FromResult<string?>(TestTokens.For("ann", new { labels = new[] { "observer" } })) });
        var heard = await HeardSubscription.BeginAsync(client, Lobby, new() { Hidden = true }).InTime();
        var members = await client.MembersAsync(Lobby).InTime();
        await PublishAsync(Lobby, 1, 1);
        Assert.Multiple(async () =>
        {
            Assert.That(members.Count, Is.Zero);
            Assert.That(Number(await heard.Events.NextAsync()), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Subscribing_ThatIsCancelledWhileThereIsNoConnection_IsNotAskedForLater()
    {
        Proxy.Cut();
        var client = NewClient();
        using var waiting = new CancellationTokenSource();
        var subscribing = client.SubscribeAsync(Lobby, _ => { }, cancellationToken: waiting.Token);
        await waiting.CancelAsync();
        Assert.That(() => subscribing.InTime(), Throws.InstanceOf<OperationCanceledException>());

        Proxy.Pass();
        Assert.That((await client.MembersAsync(Lobby).InTime()).Count, Is.Zero);
    }

    [Test]
    public void Options_OutsideTheirBounds_AreRefused()
    {
        var uri = new Uri("http://localhost/realtime");
        Assert.Multiple(() =>
        {
            Assert.That(() => new RealtimeClient(uri, new() { SendBuffer = -1 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new RealtimeClient(uri, new() { RetryAttempts = -1 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new RealtimeClient(uri, new() { PingInterval = TimeSpan.Zero }), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new RealtimeClient(uri, new() { ReconnectDelay = TimeSpan.FromMinutes(1) }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    private static async Task<IEnumerable<string>> NamesAsync(HeardSubscription heard, int count) =>
        (await heard.Events.TakeAsync(count)).Select(message => message.Event);

    private static async Task ReadToTheEndAsync(IAsyncEnumerable<EventMessage> messages)
    {
        await foreach (var _ in messages)
        {
        }
    }

    // One after another as each is heard. Returns the last number.
    private async Task<int> PublishUntilAsync(HeardSubscription heard, CancellationToken over)
    {
        var number = 0;
        while (!over.IsCancellationRequested)
        {
            number++;
            await PublishAsync(Lobby, number, number);
            await heard.All.NextAsync(item => item is EventMessage message && message.Channel == Lobby && Number(message) == number);
        }

        return number;
    }
}
