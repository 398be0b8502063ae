using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

/// <summary>What became of a subscription, or of one of its channels.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Channel">The channel; null for <see cref="SubscriptionNoticeKind.Ended"/> and <see cref="SubscriptionNoticeKind.Disconnected"/>.</param>
/// <param name="Reason">Why: one of <see cref="RecoveryReasons"/>, <c>presence</c>, <c>slow</c>, or a word of the gateway's.</param>
/// <param name="Error">What ended it, for <see cref="SubscriptionNoticeKind.Ended"/>; why the connection was given up, for <see cref="SubscriptionNoticeKind.Disconnected"/>.</param>
public sealed record SubscriptionNotice(
    SubscriptionNoticeKind Kind,
    string? Channel = null,
    string? Reason = null,
    RealtimeException? Error = null)
{
    /// <summary>The reason of a gap where the handler was too slow for a channel without history.</summary>
    public const string Slow = "slow";
}

/// <summary>The kinds of <see cref="SubscriptionNotice"/>.</summary>
public enum SubscriptionNoticeKind
{
    /// <summary>All that was missed in this channel has been handed over.</summary>
    Recovered,

    /// <summary>What was missed in this channel cannot come: load the state anew.</summary>
    NotRecovered,

    /// <summary>Something of this channel was not told: publications, or with the reason <c>presence</c> changes of its members.</summary>
    Gap,

    /// <summary>The right to this channel was taken away; nothing more comes from it.</summary>
    Revoked,

    /// <summary>The subscription was refused after a reconnect, and has ended.</summary>
    Ended,

    /// <summary>
    /// The connection was given up (<see cref="ClientState.Error"/>). The subscription is kept, and goes on from where it was when
    /// the client is connected again by hand; a loop throws the error, and ends.
    /// </summary>
    Disconnected,
}
