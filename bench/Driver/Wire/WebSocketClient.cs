using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Native;

namespace RealtimeGateway.Bench.Driver.Wire;

/// <summary>A client on a WebSocket. Its dialect finds deliveries and answers in what comes, and it counts them.</summary>
internal sealed class WebSocketClient : Link
{
    private readonly Dialect _dialect;
    private readonly Ledger _ledger;
    private bool _isUpgraded;
    private byte[] _unfinished = [];

    private WebSocketClient(TcpSocket socket, Dialect dialect, Ledger ledger)
        : base(socket)
    {
        _dialect = dialect;
        _ledger = ledger;
    }

    /// <summary>How many publications it has heard.</summary>
    public int Heard { get; private set; }

    /// <summary>The sum of the numbers of what it has heard: one that came twice does not hide one that is missing.</summary>
    public long HeardSum { get; private set; }

    /// <summary>Connects, and asks for the WebSocket. When the session stands, that is its first answer.</summary>
    /// <param name="port">Of the server, on loopback.</param>
    /// <param name="dialect">How the server is spoken to.</param>
    /// <param name="channel">Where it will subscribe or publish; some dialects name that in the path.</param>
    /// <param name="subscribes">Whether it will subscribe.</param>
    /// <param name="token">Shown as a bearer, if any.</param>
    /// <param name="ledger">Where its deliveries are counted.</param>
    public static WebSocketClient Connect(int port, Dialect dialect, string channel, bool subscribes, string? token, Ledger ledger)
    {
        var client = new WebSocketClient(TcpSocket.Connect(port), dialect, ledger);
        var authorization = token is null ? string.Empty : $"Authorization: Bearer {token}\r\n";
        client.Ask(Encoding.ASCII.GetBytes(
            $"GET {dialect.Path(channel, subscribes)} HTTP/1.1\r\nHost: 127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{authorization}\r\n"));
        return client;
    }

    /// <summary>Counts a publication that has come.</summary>
    /// <param name="sequence">Its number, as its payload has it.</param>
    public void Deliver(int sequence)
    {
        Heard++;
        HeardSum += sequence;
        _ledger.Deliver(sequence, Stopwatch.GetTimestamp());
    }

    protected override int Take(ReadOnlySpan<byte> bytes)
    {
        var taken = _isUpgraded ? 0 : Upgrade(bytes);
        while (_isUpgraded && WebSocketFrame.TryRead(bytes[taken..], out var frame))
        {
            TakeFrame(frame, bytes.Slice(taken + frame.Start, frame.Length));
            taken += frame.Next;
        }

        return taken;
    }

    private int Upgrade(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return 0;
        }

        if (!bytes.StartsWith("HTTP/1.1 101"u8))
        {
            Fail("Refused: " + Encoding.UTF8.GetString(bytes));
            return bytes.Length;
        }

        _isUpgraded = true;
        _dialect.Open(this);
        return end + 4;
    }

    private void TakeFrame(WebSocketFrame frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Opcode)
        {
            case WebSocketFrame.Continuation or WebSocketFrame.Text or WebSocketFrame.Binary when _unfinished.Length == 0:
                KeepUnfinished(payload[_dialect.Take(this, payload, frame.IsEnd)..]);
                break;
            case WebSocketFrame.Continuation or WebSocketFrame.Text or WebSocketFrame.Binary:
                byte[] all = [.. _unfinished, .. payload];
                KeepUnfinished(all.AsSpan(_dialect.Take(this, all, frame.IsEnd)));
                break;
            case WebSocketFrame.Ping:
                Send(WebSocketFrame.Write(WebSocketFrame.Pong, payload));
                break;
            case WebSocketFrame.Close:
                Fail($"The server closed the WebSocket: {(payload.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(payload))} {Encoding.UTF8.GetString(payload.Length < 2 ? [] : payload[2..])}");
                break;
        }
    }

    private void KeepUnfinished(ReadOnlySpan<byte> rest) => _unfinished = rest.IsEmpty ? [] : rest.ToArray();
}
