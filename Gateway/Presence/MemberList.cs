using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Presence;

/// <summary>Who is in a channel: a user once, with all his connections; each connection of a guest.</summary>
internal sealed class MemberList(ChannelRegistry channels)
{
    private readonly ConditionalWeakTable<Channel, Known> _known = [];

    /// <summary>One page, in the order of member ids: a page goes on where the last ended, whoever came or went meanwhile.</summary>
    public Result<MembersPage> Read(MembersRequest request)
    {
        if (request.Limit is < 1 or > MembersRequest.MaxLimit)
        {
            return new Error(ErrorCodes.InvalidRequest, $"The limit of members goes from 1 to {MembersRequest.MaxLimit}.");
        }

        if (!TryReadCursor(request.Cursor, out var after))
        {
            return new Error(ErrorCodes.InvalidRequest, "The cursor is not one that this gateway gave.");
        }

        var members = channels.Find(request.Channel) is { } channel ? MembersOf(channel) : [];
        var start = Array.FindIndex(members, member => string.CompareOrdinal(member.Id, after) > 0);
        var page = start < 0 ? [] : members.AsSpan(start, Math.Min(request.Limit, members.Length - start)).ToArray();
        var isLast = page.Length == 0 || ReferenceEquals(page[^1], members[^1]);
        return new MembersPage(members.Length, page, isLast ? null : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(page[^1].Id)));
    }

    // Put together once for all who ask until somebody comes or goes: in a large channel that is much work for one page.
    private Member[] MembersOf(Channel channel)
    {
        if (_known.TryGetValue(channel, out var known) && known.Version == channel.Version)
        {
            return known.Members;
        }

        var (subscribers, version) = channel.Snapshot();
        Member[] members =
        [
            .. subscribers
                .GroupBy(MemberIdOf)
                .Select(member => new Member(member.Key, member.First().UserId, member.Count(), null, member.Min(one => one.JoinedAt)))
                .OrderBy(member => member.Id, StringComparer.Ordinal),
        ];
        _known.AddOrUpdate(channel, new Known(version, members));
        return members;
    }

    private static string MemberIdOf(ISubscriber subscriber) =>
        subscriber.UserId is { } userId ? "user:" + userId : "guest:" + subscriber.ConnectionId;

    private static bool TryReadCursor(string? cursor, out string after)
    {
        after = string.Empty;
        if (cursor is null)
        {
            return true;
        }

        if (cursor.Length == 0 || !Base64Url.IsValid(cursor))
        {
            return false;
        }

        after = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return true;
    }

    private sealed record Known(long Version, Member[] Members);
}
