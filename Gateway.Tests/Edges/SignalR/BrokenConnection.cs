using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>A connection on which every write throws at once.</summary>
internal sealed class BrokenConnection : IClientConnection, IOutlet
{
    private readonly TaskCompletionSource<Error> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id { get; } = Guid.NewGuid().ToString("N");

    public string Transport => "none";

    public int UnsentBytes => 0;

    public bool HasRoom => true;

    /// <summary>Why the gateway closed it.</summary>
    public Task<Error> Closed => _closed.Task.InTime();

    /// <summary>A session on such a connection, which is open.</summary>
    public static async Task<BrokenConnection> OpenAsync(TestGateway gateway)
    {
        var connection = new BrokenConnection();
        var guest = new Admitted(Identity.Guest, Key: null, Basis: null, new Whereabouts(System.Net.IPAddress.Loopback, Origin: null));
        await new Session(connection, guest, gateway.Services.GetRequiredService<SessionServices>()).OpenAsync();
        return connection;
    }

    public IOutlet Outlet => this;

    public ValueTask WaitForRoomAsync() => ValueTask.CompletedTask;

    public void Send(Outbound message) => throw new InvalidOperationException("It is broken.");

    public void Notify(SubscriptionMessage message)
    {
    }

    public void Close(Error reason) => _closed.TrySetResult(reason);

    public void OnUserChanged(string? userId)
    {
    }
}
