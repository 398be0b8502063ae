namespace RealtimeGateway.Contracts;

/// <summary>The answer of <c>Subscribe</c>.</summary>
/// <param name="Id">The subscription's id.</param>
/// <param name="Key">A hash of its event patterns and filter; null for a subscription that has neither.</param>
/// <param name="Channels">One entry for each channel asked for, in order.</param>
public sealed record SubscribeResult(string Id, string? Key, IReadOnlyList<ChannelResult> Channels);
