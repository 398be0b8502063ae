using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>A session in one channel, whichever of its subscriptions brought it there.</summary>
internal sealed class Membership(Session session, string channel) : ISubscriber
{
    private volatile bool _wantsEcho;
    private volatile bool _seesPresence;
    private bool _hasPresenceBeenDecided;
    private int _isMissingPresence;

    public string ConnectionId => session.ConnectionId;

    public IReadOnlySet<Role> Roles => session.Identity.Roles;

    public IOutlet Outlet => session.Connection.Outlet;

    public bool WantsEcho => _wantsEcho;

    public bool SeesPresence => _seesPresence;

    /// <summary>What the directory has of it; null while it is not seen.</summary>
    public Occupant? Shown { get; set; }

    /// <summary>Whether others are to see it.</summary>
    public bool IsHidden { get; private set; }

    /// <summary>Takes what all subscriptions that name the channel come to.</summary>
    public void Apply(MembershipTerms terms)
    {
        _wantsEcho = terms.Echo;
        IsHidden = terms.Hidden;
    }

    /// <summary>
    /// Lets it see who comes and goes, or not. Who sees again what he did not for a while has missed something; who sees it for the
    /// first time lists it anyway.
    /// </summary>
    public void DecidePresence(bool sees)
    {
        var seesAgain = sees && !_seesPresence && _hasPresenceBeenDecided;
        (_seesPresence, _hasPresenceBeenDecided) = (sees, true);
        if (seesAgain)
        {
            OnPresenceMissed();
        }
    }

    public void OnDeliveryFailed(Exception exception) => session.Fail(exception);

    public ValueTask WaitForRoomAsync() => session.Connection.WaitForRoomAsync();

    public void TellPosition(Position position) => session.Connection.Notify(
        new SubscriptionMessage(channel, SubscriptionStates.Position, Epoch: position.Epoch, Offset: position.Offset));

    public void TellGap(Position position, string reason) => session.Connection.Notify(
        new SubscriptionMessage(channel, SubscriptionStates.Gap, reason, position.Epoch, position.Offset));

    // Whoever comes and goes needs no right to write here. What he causes must not close a reader as slow, so it takes no more
    // than half of the reader's room, and what is left out is told.
    public bool TryDeliverPresence(Outbound message)
    {
        if (Volatile.Read(ref _isMissingPresence) != 0 || !session.Connection.HasRoom)
        {
            return false;
        }

        Outlet.Send(message);
        return true;
    }

    public void OnPresenceMissed()
    {
        if (Interlocked.Exchange(ref _isMissingPresence, 1) == 0)
        {
            _ = TellPresenceMissedAsync(); // Nothing in it throws.
        }
    }

    private async Task TellPresenceMissedAsync()
    {
        await session.Connection.WaitForRoomAsync();

        // In this order: what is left out after it is told by the next.
        Volatile.Write(ref _isMissingPresence, 0);
        session.Connection.Notify(new SubscriptionMessage(channel, SubscriptionStates.Gap, SubscriptionStates.Presence));
    }
}
