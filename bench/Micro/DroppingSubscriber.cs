using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security;

namespace RealtimeGateway.Bench.Micro;

/// <summary>Lets go of all that it is handed, so that only the way to it is measured.</summary>
internal sealed class DroppingSubscriber(int number) : ISubscriber, IOutlet
{
    private static readonly HashSet<Role> HeldRoles = [Role.Any, Role.Users];

    public string ConnectionId { get; } = $"connection-{number}";

    public IReadOnlySet<Role> Roles => HeldRoles;

    public IOutlet Outlet => this;

    public bool WantsEcho => true;

    public bool SeesPresence => false;

    public void Send(Outbound message)
    {
    }

    // What is measured must not be the way of exceptions.
    public void OnDeliveryFailed(Exception exception) => throw new InvalidOperationException("Dropping fails.", exception);

    public ValueTask WaitForRoomAsync() => ValueTask.CompletedTask;

    public void TellPosition(Position position)
    {
    }

    public void TellGap(Position position, string reason)
    {
    }

    public bool TryDeliverPresence(Outbound message) => true;

    public void OnPresenceMissed()
    {
    }
}
