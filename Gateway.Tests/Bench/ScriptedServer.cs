using System.Net;
using System.Net.Sockets;
using System.Text;
using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Tests.Bench;

/// <summary>A server with one client of the load driver, that says what a test has it say, in pieces of any size.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Reactor _reactor = new();
    private readonly Socket _socket;

    public ScriptedServer(Dialect dialect)
    {
        _listener.Start();
        Client = WebSocketClient.Connect(((IPEndPoint)_listener.LocalEndpoint).Port, dialect, "room", subscribes: true, token: null, Ledger);
        _reactor.Add(Client);
        _socket = _listener.AcceptSocket();
        _socket.NoDelay = true;
        Say(Encoding.ASCII.GetBytes("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    }

    public Ledger Ledger { get; } = new();

    public WebSocketClient Client { get; }

    /// <summary>Says it, and lets the client read each piece before the next.</summary>
    public void Say(ReadOnlySpan<byte> bytes, int pieces = int.MaxValue)
    {
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(pieces, bytes.Length)];
            _socket.Send(piece);
            _ = _reactor.Poll((int)Support.Bounds.Timeout.TotalMilliseconds);
            bytes = bytes[piece.Length..];
        }
    }

    public void Close()
    {
        _socket.Close();
        _ = _reactor.Poll((int)Support.Bounds.Timeout.TotalMilliseconds);
    }

    public void Dispose()
    {
        _reactor.Dispose();
        _socket.Dispose();
        _listener.Dispose();
    }
}
