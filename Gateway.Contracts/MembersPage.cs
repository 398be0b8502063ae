using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>One page of a channel's members.</summary>
/// <param name="Count">Members of the whole channel.</param>
/// <param name="Members">The members of this page, in the order of their ids.</param>
/// <param name="Cursor">What to ask the next page with; absent on the last one.</param>
public sealed record MembersPage(
    int Count,
    IReadOnlyList<Member> Members,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cursor = null);
