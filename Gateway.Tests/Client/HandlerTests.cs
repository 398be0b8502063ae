using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>How handlers are called, and what they may do.</summary>
[TestFixture]
public sealed class HandlerTests : ClientFixture
{
    [Test]
    [Behaviour("calls-its-listeners")]
    public async Task Listeners_HearOneNameOrAll_OnceOrUntilTheyAreTakenAway()
    {
        var client = NewClient();
        var heard = new Inbox<string>();
        await using var subscription = await client.SubscribeAsync(Lobby, message => heard.Add("handler:" + message.Event)).InTime();
        using var any = subscription.OnAny(message => heard.Add("any:" + message.Event));
        var named = subscription.On("a", message => heard.Add("a:" + message.Event));
        using var once = subscription.Once("a", message => heard.Add("once:" + message.Event));
        Assert.Multiple(() =>
        {
            Assert.That(subscription.CountListeners(), Is.EqualTo(4));
            Assert.That(subscription.CountListeners("a"), Is.EqualTo(2));
            Assert.That(subscription.CountListeners("b"), Is.Zero);
        });

        await PublishAsync(Lobby, 1, 1, "a");
        await PublishAsync(Lobby, 2, 2, "b");
        await PublishAsync(Lobby, 3, 3, "a");
        var calls = await heard.TakeAsync(9);
        named.Dispose();
        named.Dispose();
        await PublishAsync(Lobby, 4, 4, "a");
        Assert.Multiple(async () =>
        {
            Assert.That(calls, Is.EqualTo(new[]
            {
                "handler:a", "any:a", "a:a", "once:a",
                "handler:b", "any:b",
                "handler:a", "any:a", "a:a",
            }));
            Assert.That(await heard.TakeAsync(2), Is.EqualTo(new[] { "handler:a", "any:a" }));
            Assert.That(subscription.CountListeners(), Is.EqualTo(2));
        });
    }

    [Test]
    [Behaviour("outlives-its-handlers")]
    public async Task HandlerThatThrows_IsTold_AndStopsNeitherOthersNorWhatComesNext()
    {
        var client = NewClient();
        var errors = ErrorsOf(client);
        client.StateChanged += (_, change) => throw new InvalidOperationException("by a state");
        var heard = new Inbox<int>();
        await using var subscription = await client.SubscribeAsync(
            Lobby,
            message => throw new InvalidOperationException("by " + Number(message)),
            new() { OnNotice = _ => throw new InvalidOperationException("by a notice") }).InTime();
        using var other = subscription.OnAny(message => heard.Add(Number(message)));
        using var broadcast = client.OnBroadcast(_ => throw new InvalidOperationException("by a broadcast"));
        await PublishAsync(Lobby, 1, 2);
        Assert.That(await heard.TakeAsync(2), Is.EqualTo(new[] { 1, 2 }));
        var told = await errors.NextAsync(error => error.Exception.Message == "by 2");
        await Server.BroadcastAsync("notice", 1);
        await errors.NextAsync(error => error.Exception.Message == "by a broadcast");
        await client.ReconnectAsync().InTime();
        var missing = new HashSet<string>(["by a notice", "by a state"]);
        while (missing.Count > 0)
        {
            missing.Remove((await errors.NextAsync()).Exception.Message);
        }

        await PublishAsync(Lobby, 3, 3);
        Assert.Multiple(async () =>
        {
            Assert.That(told.SubscriptionId, Is.EqualTo(subscription.Id));
            Assert.That(await heard.NextAsync(), Is.EqualTo(3));
        });
    }

    [Test]
    public async Task Handlers_AreCalledOneAtATime_InOrder()
    {
        var client = NewClient();
        var heard = new Inbox<int>();
        var running = 0;
        await using var subscription = await client.SubscribeAsync(Lobby, async (message, _) =>
        {
            Assert.That(Interlocked.Increment(ref running), Is.EqualTo(1));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            heard.Add(Number(message));
        }).InTime();
        await PublishAsync(Lobby, 1, 50);
        Assert.That(await heard.TakeAsync(50), Is.EqualTo(Enumerable.Range(1, 50)));
    }

    [Test]
    public async Task Handler_MayEndItsSubscription_AndDisposeItsClient()
    {
        var client = NewClient();
        var done = new TaskCompletionSource();
        await client.SubscribeAsync(Lobby, async (message, _) =>
        {
            await using var inner = await client.SubscribeAsync("live:room", _ => { }, cancellationToken: CancellationToken.None);
            await client.ReconnectAsync(CancellationToken.None);
            await client.DisposeAsync();
            done.SetResult();
        }).InTime();
        await PublishAsync(Lobby, 1, 1);
        await done.Task.InTime();
    }

    [Test]
    public async Task Handler_IsCancelled_WhenItsSubscriptionEnds_AndIsNotWaitedFor()
    {
        var client = NewClient();
        var (begun, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        var subscription = await client.SubscribeAsync(Lobby, async (_, cancellationToken) =>
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                cancelled.SetResult();
            }
        }).InTime();
        await PublishAsync(Lobby, 1, 1);
        await begun.Task.InTime();
        await subscription.UnsubscribeAsync().InTime();
        await cancelled.Task.InTime();
    }

    [Test]
    public async Task SlowHandler_HoldsUpNobodyElse_AndIsGivenTheRestFromHistory()
    {
        var client = NewClient();
        var goOn = new TaskCompletionSource();
        var slow = new Inbox<EventMessage>();
        await using var subscription = await client.SubscribeAsync(
            Lobby,
            async (message, _) =>
            {
                slow.Add(message);
                await goOn.Task;
            },
            new SubscriptionOptions { QueueCapacity = 3 }).InTime();
        var quick = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await PublishAsync(Lobby, 1, 50);
        Assert.That((await quick.Events.TakeAsync(50)).Select(Number), Is.EqualTo(Enumerable.Range(1, 50)));

        goOn.SetResult();
        await PublishAsync(Lobby, 51, 60);
        Assert.That((await slow.TakeAsync(60)).Select(Number), Is.EqualTo(Enumerable.Range(1, 60)));
    }

    [Test]
    public async Task SlowHandler_OfWhatHistoryHasNoMore_IsToldSo_AndGoesOn()
    {
        var client = NewClient();
        var goOn = new TaskCompletionSource();
        var slow = new Inbox<object>();
        await using var subscription = await client.SubscribeAsync(
            Lobby,
            async (message, _) =>
            {
                slow.Add(Number(message));
                await goOn.Task;
            },
            new SubscriptionOptions
            {
                QueueCapacity = 2,
                OnNotice = notice =>
                {
                    Assert.That(notice, Is.EqualTo(new SubscriptionNotice(SubscriptionNoticeKind.NotRecovered, Lobby, RecoveryReasons.Trimmed)));
                    slow.Add(notice);
                },
            }).InTime();
        var quick = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        await PublishAsync(Lobby, 1, 300); // The channel keeps a third of it.
        await quick.Events.TakeAsync(300);
        goOn.SetResult();
        var before = await slow.UntilAsync(heard => heard is SubscriptionNotice);
        await PublishAsync(Lobby, 301, 301);
        var after = await slow.UntilAsync(heard => heard is 301);
        Assert.That(before.Concat(after).OfType<int>(), Is.Ordered.And.Unique);
    }

    [Test]
    public async Task SlowHandler_OfAChannelWithoutHistory_IsToldOfTheGap()
    {
        var client = NewClient();
        var goOn = new TaskCompletionSource();
        var slow = new Inbox<object>();
        await using var subscription = await client.SubscribeAsync(
            "live:room",
            async (message, _) =>
            {
                slow.Add(Number(message));
                await goOn.Task;
            },
            new SubscriptionOptions { QueueCapacity = 2, OnNotice = slow.Add }).InTime();
        var quick = await HeardSubscription.BeginAsync(client, "live:room").InTime();
        await PublishAsync("live:room", 1, 1);
        Assert.That(await slow.NextAsync(), Is.EqualTo(1));
        await PublishAsync("live:room", 2, 20);
        await quick.Events.TakeAsync(20);
        goOn.SetResult();
        Assert.That(await slow.TakeAsync(3), Is.EqualTo(new object[]
        {
            2, 3, new SubscriptionNotice(SubscriptionNoticeKind.Gap, "live:room", SubscriptionNotice.Slow),
        }));

        await PublishAsync("live:room", 21, 21);
        Assert.That(await slow.NextAsync(), Is.EqualTo(21));
    }
}
