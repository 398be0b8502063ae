using RealtimeGateway.Channels;

namespace RealtimeGateway.Sessions;

/// <summary>A session in one channel, whichever of its subscriptions brought it there.</summary>
internal sealed class Membership(Session session, bool wantsEcho, DateTimeOffset joinedAt) : ISubscriber
{
    private volatile bool _wantsEcho = wantsEcho;

    public string ConnectionId => session.ConnectionId;

    public string? UserId => session.Identity.UserId;

    public DateTimeOffset JoinedAt => joinedAt;

    public bool WantsEcho
    {
        get => _wantsEcho;
        set => _wantsEcho = value;
    }

    public void Deliver(Outbound message) => session.Connection.Send(message.For(session.Connection.Encoding));
}
