using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>Some members of a channel.</summary>
/// <param name="Count">Members of the whole channel.</param>
/// <param name="Members">Those that were asked for.</param>
/// <param name="IsLast">Whether none comes after them.</param>
internal sealed record MemberSlice(int Count, IReadOnlyList<Member> Members, bool IsLast);
