using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>Some of what a channel keeps.</summary>
/// <param name="Top">The position of its last publication.</param>
/// <param name="Kept">How many publications it keeps: the newest ones, up to the top.</param>
/// <param name="Publications">Those that were asked for, in the order asked for.</param>
internal sealed record HistoryPage(Position Top, int Kept, IReadOnlyList<Publication> Publications);
