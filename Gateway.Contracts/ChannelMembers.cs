using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>The answer of <c>GET /api/channels/{channel}/members</c>: a page, and of which channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Count">Members of the whole channel.</param>
/// <param name="Members">The members of this page, in the order of their ids.</param>
/// <param name="Cursor">What to ask the next page with; absent on the last one.</param>
public sealed record ChannelMembers(
    string Channel,
    int Count,
    IReadOnlyList<Member> Members,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cursor = null)
{
    /// <summary>A page of this channel.</summary>
    public static ChannelMembers Of(string channel, MembersPage page) => new(channel, page.Count, page.Members, page.Cursor);
}
