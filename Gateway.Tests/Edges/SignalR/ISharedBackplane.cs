using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>A backplane of a test, on which several gateways can be started. It is disposed after they are.</summary>
internal interface ISharedBackplane : IAsyncDisposable
{
    /// <summary>Starts one more gateway on it.</summary>
    Task<TestGateway> StartNodeAsync();
}
