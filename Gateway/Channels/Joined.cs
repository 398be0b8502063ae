using RealtimeGateway.Contracts;

namespace RealtimeGateway.Channels;

/// <summary>That a subscriber hears a channel.</summary>
/// <param name="From">The position after which it hears everything; null where the channel keeps no history.</param>
/// <param name="Recovered">Where it named a position: whether it has everything between that and <paramref name="From"/>.</param>
/// <param name="Reason">Why it has not.</param>
internal sealed record Joined(Position? From, bool? Recovered = null, string? Reason = null)
{
    /// <summary>It was taken out before it heard anything.</summary>
    public static Joined Never { get; } = new(From: null, Recovered: false, RecoveryReasons.Unavailable);
}
