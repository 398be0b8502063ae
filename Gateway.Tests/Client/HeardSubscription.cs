using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>A subscription, with all that it was handed laid up in order.</summary>
internal sealed class HeardSubscription
{
    public Inbox<EventMessage> Events { get; } = new();

    public Inbox<SubscriptionNotice> Notices { get; } = new();

    /// <summary>Publications and notices, as they were handed over.</summary>
    public Inbox<object> All { get; } = new();

    public Subscription Subscription { get; private set; } = null!;

    public static Task<HeardSubscription> BeginAsync(RealtimeClient client, string channel, SubscriptionOptions? options = null) =>
        BeginAsync(client, [channel], options);

    public static async Task<HeardSubscription> BeginAsync(RealtimeClient client, string[] channels, SubscriptionOptions? options = null)
    {
        var heard = new HeardSubscription();
        heard.Subscription = await client.SubscribeAsync(
            channels,
            (message, _) =>
            {
                heard.Hear(message);
                return ValueTask.CompletedTask;
            },
            (options ?? new SubscriptionOptions()) with { OnNotice = heard.Hear });
        return heard;
    }

    private void Hear(EventMessage message)
    {
        Events.Add(message);
        All.Add(message);
    }

    private void Hear(SubscriptionNotice notice)
    {
        Notices.Add(notice);
        All.Add(notice);
    }
}
