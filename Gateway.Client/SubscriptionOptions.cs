using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

/// <summary>What a subscription wants of its channels.</summary>
public sealed record SubscriptionOptions
{
    /// <inheritdoc cref="SubscribeRequest.Events"/>
    public IReadOnlyList<string>? Events { get; init; }

    /// <inheritdoc cref="SubscribeRequest.Filter"/>
    public IReadOnlyList<FilterCondition>? Filter { get; init; }

    /// <inheritdoc cref="SubscribeRequest.Hidden"/>
    public bool Hidden { get; init; }

    /// <summary>
    /// False spares it what this client publishes: of the last 4,096 publications also after a reconnect. Default null: as <see cref="RealtimeClientOptions.Echo"/> says.
    /// </summary>
    public bool? Echo { get; init; }

    /// <summary>
    /// By channel, the last position that the application has (<see cref="Subscription.Position"/> of an earlier one): what came after it
    /// is handed over first. Default none: it begins with what comes next.
    /// </summary>
    public IReadOnlyDictionary<string, Position>? Since { get; init; }

    /// <summary>
    /// How many publications may wait for a slow handler. What is more is not kept: in a channel with history it is read from there when
    /// the handler has caught up, in order and once; in one without it is lost, and told as a gap with the reason <c>slow</c>.
    /// 1 to 100,000; default 1,000.
    /// </summary>
    public int QueueCapacity { get; init; } = 1_000;

    /// <summary>Hears what became of the subscription, between the publications, in order. Default none.</summary>
    public Action<SubscriptionNotice>? OnNotice { get; init; }
}
