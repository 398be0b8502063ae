using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;

namespace RealtimeGateway.Sessions;

/// <summary>A session in one channel, whichever of its subscriptions brought it there.</summary>
internal sealed class Membership(Session session, DateTimeOffset joinedAt) : ISubscriber
{
    private volatile bool _wantsEcho;
    private volatile bool _seesPresence;

    public string ConnectionId => session.ConnectionId;

    public bool WantsEcho => _wantsEcho;

    public bool SeesPresence
    {
        get => _seesPresence;
        set => _seesPresence = value;
    }

    /// <summary>What the directory has of it; null while it is not seen.</summary>
    public Occupant? Shown { get; set; }

    /// <summary>Whether others are to see it.</summary>
    public bool IsHidden { get; private set; }

    /// <summary>What the directory is to have of it.</summary>
    public Occupant? ToShow => IsHidden ? null : new Occupant(ConnectionId, session.Identity.UserId, session.Profile, joinedAt);

    /// <summary>Takes the terms of all subscriptions that name the channel: what one of them wants, the session gets.</summary>
    public void Apply(IReadOnlyCollection<SubscriptionTerms> terms)
    {
        _wantsEcho = terms.Any(one => one.Echo);
        IsHidden = terms.All(one => one.Hidden);
    }

    public void Deliver(Outbound message) => session.Connection.Send(message.For(session.Connection.Encoding));
}
