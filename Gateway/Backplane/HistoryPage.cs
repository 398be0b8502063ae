using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>Some of what a channel keeps.</summary>
/// <param name="Top">The position of its last publication.</param>
/// <param name="Publications">In the order asked for.</param>
internal sealed record HistoryPage(Position Top, IReadOnlyList<Publication> Publications);
