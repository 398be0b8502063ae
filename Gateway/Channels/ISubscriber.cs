using RealtimeGateway.Contracts;
using RealtimeGateway.Security;

namespace RealtimeGateway.Channels;

/// <summary>One session in one channel, as the channel sees it. Nothing that is handed to it makes anybody wait.</summary>
internal interface ISubscriber
{
    string ConnectionId { get; }

    /// <summary>The roles that it holds now, which decide about publications for some readers only.</summary>
    IReadOnlySet<Role> Roles { get; }

    /// <summary>Whether it wants to hear of what its own connection does to the members.</summary>
    bool WantsEcho { get; }

    /// <summary>Whether it may see who comes and goes.</summary>
    bool SeesPresence { get; }

    /// <summary>Where messages for it go; always the same.</summary>
    IOutlet Outlet { get; }

    /// <summary>A publication could not be handed over, and it alone must not go on as if it had it.</summary>
    void OnDeliveryFailed(Exception exception);

    /// <summary>Waits until it has room for more of what it asked for itself, or is gone.</summary>
    ValueTask WaitForRoomAsync();

    /// <summary>Tells it how far it is, where publications were passed over.</summary>
    void TellPosition(Position position);

    /// <summary>Tells it that something before this position is lost for it.</summary>
    /// <param name="position">The position after which it hears everything again.</param>
    /// <param name="reason">Why, one of <see cref="RecoveryReasons"/>.</param>
    void TellGap(Position position, string reason);

    /// <summary>Hands over a change of the channel's members.</summary>
    /// <returns>False where it has no room for it.</returns>
    bool TryDeliverPresence(Outbound message);

    /// <summary>Changes of the channel's members were not told, which it is told when it has room.</summary>
    void OnPresenceMissed();
}
