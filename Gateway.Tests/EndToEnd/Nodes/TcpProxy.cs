using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>
/// A link, such as between a gateway and Redis or a client and its gateway, that does what a test says, to connections that are open
/// and to those that will be: it passes, stalls, or is cut.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private static readonly LinkFault Healthy = new();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<ProxiedConnection, Task> _connections = new();
    private readonly Func<int> _targetPort;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile LinkFault _fault = Healthy;

    public TcpProxy(int targetPort)
        : this(() => targetPort)
    {
    }

    /// <param name="targetPort">Where the next connection leads.</param>
    public TcpProxy(Func<int> targetPort)
    {
        _targetPort = targetPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Everything passes from now on, and what was held back first.</summary>
    public void Pass() => Become(Healthy);

    /// <summary>Connections stay open, and nothing is delivered.</summary>
    /// <param name="toTarget">Whether what the gateway says is held back.</param>
    /// <param name="fromTarget">Whether what it is told is held back.</param>
    /// <param name="pubSubOnly">Only on connections by which it has subscribed to something.</param>
    public void Stall(bool toTarget = true, bool fromTarget = true, bool pubSubOnly = false) =>
        Become(new LinkFault(toTarget, fromTarget, pubSubOnly));

    /// <summary>Connections end, and new ones too.</summary>
    public void Cut()
    {
        Become(Healthy with { IsCut = true });
        End();
    }

    /// <summary>Connections end, and new ones pass.</summary>
    public void Drop()
    {
        End();
        Pass();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        await _accepting.InTime();
        await Task.WhenAll(_connections.Values).InTime();
    }

    /// <summary>Returns when what goes this way on a connection may pass; false when the connection has ended.</summary>
    internal async Task<bool> MayPassAsync(ProxiedConnection connection, bool toTarget)
    {
        while (true)
        {
            var changed = _changed.Task; // Before the fault is looked at, so that no change of it is missed.
            if (!_fault.Holds(toTarget, connection.IsPubSub))
            {
                return true;
            }

            if (await Task.WhenAny(changed, connection.Closed) == connection.Closed)
            {
                return false;
            }
        }
    }

    private void End()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Dispose();
        }
    }

    private void Become(LinkFault fault)
    {
        _fault = fault;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Begin(await _listener.AcceptSocketAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            // It was stopped: while it waited, or before it waited again.
        }
    }

    private void Begin(Socket accepted)
    {
        var connection = new ProxiedConnection(this, accepted);
        var running = new TaskCompletionSource();
        _connections[connection] = running.Task;
        if (_fault.IsCut)
        {
            connection.Dispose();
        }

        _ = RunAsync(); // Its end is awaited with the proxy's.

        async Task RunAsync()
        {
            await connection.RunAsync(_targetPort());
            _connections.TryRemove(connection, out _);
            running.SetResult();
        }
    }

    private sealed record LinkFault(bool ToTarget = false, bool FromTarget = false, bool PubSubOnly = false)
    {
        public bool IsCut { get; init; }

        public bool Holds(bool toTarget, bool isPubSub) => (toTarget ? ToTarget : FromTarget) && (isPubSub || !PubSubOnly);
    }
}
