using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Presence;

namespace RealtimeGateway.Edges.InProcess;

internal sealed class RealtimePresence(MemberList members, IDirectory directory) : IPresence
{
    public async ValueTask<MembersPage> GetMembersAsync(MembersRequest request, CancellationToken cancellationToken = default) =>
        (await members.ReadAsync(request, maxBytes: int.MaxValue, cancellationToken)).OrThrow();

    public async ValueTask<int> CountMembersAsync(string channel, CancellationToken cancellationToken = default) =>
        (await directory.ReadAsync(channel, after: null, limit: 0, cancellationToken)).Count;

    public async ValueTask<bool> IsOnlineAsync(string userId, CancellationToken cancellationToken = default) =>
        await CountMembersAsync(ChannelName.OfUser(userId), cancellationToken) > 0;

    public ValueTask<IReadOnlyList<UserSession>> GetSessionsAsync(string userId, CancellationToken cancellationToken = default) =>
        members.SessionsOfAsync(userId, cancellationToken);
}
