using RealtimeGateway.Contracts;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>Who asks for an operation.</summary>
internal interface ICaller
{
    /// <summary>What others see as the sender of what he publishes: his connection, or what stands for his request.</summary>
    string ConnectionId { get; }

    /// <summary>Who he is now.</summary>
    Identity Identity { get; }

    /// <summary>Counts what he does; why not, when it is too much.</summary>
    Error? Charge(Operation operation, int times = 1);
}
