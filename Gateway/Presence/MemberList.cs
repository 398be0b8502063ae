using System.Runtime.InteropServices;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Presence;

/// <summary>Who is in a channel, page by page: a user once, with all his connections; each connection of a guest.</summary>
internal sealed class MemberList(IDirectory directory)
{
    // What surrounds a profile seldom has more.
    private const int MemberBytes = 256;

    /// <summary>One page, in the order of member ids: a page goes on where the last ended, whoever came or went meanwhile.</summary>
    /// <param name="request">Which page.</param>
    /// <param name="maxBytes">About how many bytes of JSON it may have.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Result<MembersPage>> ReadAsync(MembersRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.Limit is < 1 or > MembersRequest.MaxLimit)
        {
            return new Error(ErrorCodes.InvalidRequest, $"The limit of members goes from 1 to {MembersRequest.MaxLimit}.");
        }

        if (PageCursor.Read(request.Cursor).IsRefused(out var refusal, out var after))
        {
            return refusal;
        }

        var slice = await directory.ReadAsync(request.Channel, after.Last, request.Limit, cancellationToken);
        Member[] page = [.. Fitting(slice.Members, maxBytes)];
        var isLast = slice.IsLast && page.Length == slice.Members.Count;
        return new MembersPage(slice.Count, page, isLast ? null : PageCursor.After(page[^1].Id));
    }

    /// <summary>The sessions that a user has now, the oldest first.</summary>
    public async ValueTask<IReadOnlyList<UserSession>> SessionsOfAsync(string userId, CancellationToken cancellationToken)
    {
        var connections = await directory.ConnectionsAsync(ChannelName.OfUser(userId), Member.IdOf(userId, string.Empty), cancellationToken);
        return [.. connections.OrderBy(one => one.EnteredAt).Select(one => new UserSession(one.ConnectionId, one.EnteredAt))];
    }

    // A page of large profiles ends early, but not before its first: who asks on with its cursor gets the rest.
    private static IEnumerable<Member> Fitting(IReadOnlyList<Member> members, int maxBytes)
    {
        var bytes = 0;
        return members.TakeWhile((member, index) => (bytes += SizeOf(member)) <= maxBytes || index == 0);
    }

    private static int SizeOf(Member member) => MemberBytes + (member.Profile is { } profile ? JsonMarshal.GetRawUtf8Value(profile).Length : 0);
}
