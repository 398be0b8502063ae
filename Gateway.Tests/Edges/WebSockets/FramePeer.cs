using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.WebSockets;

/// <summary>
/// The client's side of a WebSocket, frame by frame (RFC 6455, section 5), with SignalR's JSON in it. It refuses whatever a server may
/// not send, so a frame inside another is found.
/// </summary>
internal sealed class FramePeer : IDisposable
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    private readonly TcpClient _tcp = new();
    private readonly StringBuilder _unread = new();
    private readonly List<byte> _fragments = [];
    private Stream _stream = null!;

    /// <summary>A client that has shaken hands and is subscribed.</summary>
    public static async Task<FramePeer> SubscribeAsync(Uri gateway, string channel)
    {
        var peer = new FramePeer();
        peer._tcp.ReceiveBufferSize = 64 * 1024;
        await peer._tcp.ConnectAsync(IPAddress.Loopback, gateway.Port).InTime();
        peer._stream = new BufferedStream(peer._tcp.GetStream());
        await peer.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /realtime HTTP/1.1\r\nHost: localhost:{gateway.Port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        Assert.That(await peer.ReadHeadAsync(), Does.StartWith("HTTP/1.1 101"));
        await peer.SendTextAsync("""{"protocol":"json","version":1}""");
        await peer.SendTextAsync($$"""{"type":1,"invocationId":"1","target":"Subscribe","arguments":["{{channel}}"]}""");
        while (!(await peer.ReadMessageAsync())!.Contains("\"result\"", StringComparison.Ordinal))
        {
        }

        return peer;
    }

    public Task SendTextAsync(string message) => SendAsync(Text, Encoding.UTF8.GetBytes(message + '\u001e'));

    /// <summary>Sends one final frame, masked with zeros.</summary>
    public Task SendAsync(int opcode, ReadOnlyMemory<byte> payload)
    {
        var header = new byte[payload.Length < 126 ? 6 : 8];
        header[0] = (byte)(0x80 | opcode);
        header[1] = (byte)(0x80 | Math.Min(payload.Length, 126));
        if (payload.Length >= 126)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)payload.Length);
        }

        return WriteAsync([.. header, .. payload.Span]);
    }

    /// <summary>The next control frame, or the next message, whose last frame it is; null at the end, a frame that was cut off included.</summary>
    public async Task<(int Opcode, byte[] Payload)?> ReadFrameAsync()
    {
        try
        {
            while (true)
            {
                var head = await ReadAsync(2);
                var (isFinal, opcode) = ((head[0] & 0x80) != 0, head[0] & 0x0f);
                Assert.That(head[0] & 0x70, Is.Zero, "no extension was agreed upon");
                Assert.That(head[1] & 0x80, Is.Zero, "a server does not mask");
                Assert.That(opcode, Is.AnyOf(_fragments.Count == 0 ? Text : Continuation, Close, Pong), "nothing else can come here");
                Assert.That(isFinal || opcode is Text or Continuation, "a control frame is one frame");
                var length = head[1] switch
                {
                    126 => BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2)),
                    127 => checked((int)BinaryPrimitives.ReadUInt64BigEndian(await ReadAsync(8))),
                    var small => small,
                };
                var payload = await ReadAsync(length);
                if (opcode is Close or Pong)
                {
                    return (opcode, payload);
                }

                _fragments.AddRange(payload);
                if (isFinal)
                {
                    byte[] message = [.. _fragments];
                    _fragments.Clear();
                    return (Text, message);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>The next message of SignalR's; null at the end.</summary>
    public async Task<string?> ReadMessageAsync()
    {
        while (true)
        {
            var text = _unread.ToString();
            if (text.IndexOf('\u001e', StringComparison.Ordinal) is var end and >= 0)
            {
                _unread.Remove(0, end + 1);
                return text[..end];
            }

            if (await ReadFrameAsync() is not { Opcode: Text } frame)
            {
                return null;
            }

            Assert.That(frame.Payload[^1], Is.EqualTo(0x1e), "a frame has whole messages");
            _unread.Append(Encoding.UTF8.GetString(frame.Payload));
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
    }

    private async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await ReadAsync(1))[0]);
        }

        return head.ToString();
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes).AsTask().InTime();
        return bytes;
    }

    private async Task WriteAsync(byte[] bytes)
    {
        await _stream.WriteAsync(bytes).AsTask().InTime();
        await _stream.FlushAsync().InTime();
    }
}
