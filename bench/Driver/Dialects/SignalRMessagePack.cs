using System.Text;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Dialects;

/// <summary>
/// SignalR's MessagePack hub protocol, to a hub with the methods <c>Subscribe(channel)</c> and <c>Send(channel, event, data)</c>. Data is a text.
/// </summary>
/// <param name="hub">The hub's path.</param>
internal sealed class SignalRMessagePack(string hub) : Dialect
{
    private const byte HandshakeEnd = 0x1e;
    private const byte Completion = 3;
    private const byte PingType = 6;
    private const byte ErrorKind = 1;

    private static readonly byte[] Handshake = WebSocketFrame.Write(WebSocketFrame.Text, "{\"protocol\":\"messagepack\",\"version\":1}\u001e"u8);
    private static readonly byte[] Ping = Frame([0x91, PingType]);

    public override string Path(string channel, bool subscribes) => hub;

    public override void Open(WebSocketClient client) => client.Send(Handshake);

    public override void Subscribe(WebSocketClient client, string channel) => client.Ask(Invocation("Subscribe", channel));

    public override byte[] Publication(string channel, string data) => Invocation("Send", channel, "message", data.Trim('"'));

    public override int Take(WebSocketClient client, ReadOnlySpan<byte> data, bool isEnd)
    {
        var taken = 0;
        if (client.Answers == 0)
        {
            taken = TakeHandshake(client, data);
            if (taken == 0)
            {
                return 0;
            }
        }

        while (TryReadLength(data[taken..], out var start, out var length) && data.Length - taken - start >= length)
        {
            TakeMessage(client, data.Slice(taken + start, length));
            taken += start + length;
        }

        return taken;
    }

    public override void KeepAlive(WebSocketClient client) => client.Send(Ping);

    private static int TakeHandshake(WebSocketClient client, ReadOnlySpan<byte> data)
    {
        var end = data.IndexOf(HandshakeEnd);
        if (end < 0)
        {
            return 0;
        }

        if (data[..end].SequenceEqual("{}"u8))
        {
            client.Answer();
        }
        else
        {
            client.Fail("It said: " + Encoding.UTF8.GetString(data[..end]));
        }

        return end + 1;
    }

    // An array whose first element is the type; in a completion there are headers, the id and its kind behind it.
    private static void TakeMessage(WebSocketClient client, ReadOnlySpan<byte> message)
    {
        if (Payload.Find(message) is > 0 and var sequence)
        {
            client.Deliver(sequence);
        }
        else if (message[1] == Completion && message[4 + (message[3] & 0x1f)] != ErrorKind)
        {
            client.Answer();
        }
        else if (message[1] != PingType)
        {
            client.Fail("It said: " + Encoding.UTF8.GetString(message));
        }
    }

    private static byte[] Invocation(string target, params string[] arguments) =>
        Frame([0x96, 1, 0x80, .. Text(Payload.Placeholder), .. Text(target), (byte)(0x90 | arguments.Length), .. arguments.SelectMany(Text), 0x90]);

    // A text of up to 255 bytes.
    private static byte[] Text(string text) =>
        text.Length < 32 ? [(byte)(0xa0 | text.Length), .. Encoding.ASCII.GetBytes(text)] : [0xd9, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Frame(byte[] message)
    {
        byte[] length = message.Length < 0x80 ? [(byte)message.Length] : [(byte)(message.Length | 0x80), (byte)(message.Length >> 7)];
        return WebSocketFrame.Write(WebSocketFrame.Binary, [.. length, .. message]);
    }

    // Seven bits a byte, the lowest first, as long as the highest bit is set.
    private static bool TryReadLength(ReadOnlySpan<byte> data, out int start, out int length)
    {
        length = 0;
        for (start = 0; start < data.Length;)
        {
            length |= (data[start] & 0x7f) << (7 * start);
            if (data[start++] < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
