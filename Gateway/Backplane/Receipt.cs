using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>That the broker has a publication.</summary>
/// <param name="Id">The publication's id.</param>
/// <param name="Position">Its position; null where its channel keeps nothing.</param>
internal sealed record Receipt(string Id, Position? Position);
