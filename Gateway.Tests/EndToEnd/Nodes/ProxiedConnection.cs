using System.Net;
using System.Net.Sockets;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>One connection through a <see cref="TcpProxy"/>.</summary>
internal sealed class ProxiedConnection(TcpProxy proxy, Socket client) : IDisposable
{
    private readonly Socket _target = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the client has subscribed to anything by it.</summary>
    public bool IsPubSub { get; private set; }

    /// <summary>Completes when it has ended.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Carries bytes until one side ends it.</summary>
    public async Task RunAsync(int targetPort)
    {
        try
        {
            client.NoDelay = _target.NoDelay = true;
            await _target.ConnectAsync(IPAddress.Loopback, targetPort);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Dispose();
            return;
        }

        await Task.WhenAll(CarryAsync(client, _target, toTarget: true), CarryAsync(_target, client, toTarget: false));
    }

    public void Dispose()
    {
        client.Dispose();
        _target.Dispose();
        _closed.TrySetResult();
    }

    private async Task CarryAsync(Socket from, Socket to, bool toTarget)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
            {
                // A command of RESP ends so, SSUBSCRIBE and PSUBSCRIBE included.
                IsPubSub |= toTarget && buffer.AsSpan(0, read).IndexOf("SUBSCRIBE\r\n"u8) >= 0;
                if (!await proxy.MayPassAsync(this, toTarget))
                {
                    return;
                }

                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
        finally
        {
            Dispose();
        }
    }
}
