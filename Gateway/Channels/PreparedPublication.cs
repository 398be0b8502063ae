using RealtimeGateway.Backplane;

namespace RealtimeGateway.Channels;

/// <summary>A draft that was found in order.</summary>
/// <param name="Publication">The publication, as its first channel gets it.</param>
/// <param name="Channels">Every channel that gets a copy.</param>
/// <param name="Key">Its idempotency key, if it has one.</param>
internal sealed record PreparedPublication(Publication Publication, IReadOnlyList<string> Channels, IdempotencyKey? Key);
