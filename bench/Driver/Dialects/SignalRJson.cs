using System.Text;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Dialects;

/// <summary>SignalR's JSON hub protocol, to a hub with the methods <c>Subscribe(channel)</c> and <c>Send(channel, event, data)</c>.</summary>
/// <param name="hub">The hub's path.</param>
internal class SignalRJson(string hub) : Dialect
{
    private const byte End = 0x1e;

    private static readonly byte[] Handshake = Frame("""{"protocol":"json","version":1}""");
    private static readonly byte[] Ping = Frame("""{"type":6}""");

    public override string Path(string channel, bool subscribes) => hub;

    public override void Open(WebSocketClient client) => client.Send(Handshake);

    public override void Subscribe(WebSocketClient client, string channel) =>
        client.Ask(Frame($$"""{"type":1,"invocationId":"s","target":"Subscribe","arguments":["{{channel}}"]}"""));

    public override byte[] Publication(string channel, string data) =>
        Frame($$"""{"type":1,"invocationId":"{{Payload.Placeholder}}","target":"Send","arguments":["{{channel}}","message",{{data}}]}""");

    public override int Take(WebSocketClient client, ReadOnlySpan<byte> data, bool isEnd)
    {
        var taken = 0;
        while (data[taken..].IndexOf(End) is >= 0 and var length)
        {
            TakeMessage(client, data.Slice(taken, length));
            taken += length + 1;
        }

        return taken;
    }

    public override void KeepAlive(WebSocketClient client) => client.Send(Ping);

    protected static byte[] Frame(string message) => WebSocketFrame.Write(WebSocketFrame.Text, Encoding.UTF8.GetBytes(message + (char)End));

    private static void TakeMessage(WebSocketClient client, ReadOnlySpan<byte> message)
    {
        if (Payload.Find(message) is > 0 and var sequence)
        {
            client.Deliver(sequence);
        }
        else if (message.SequenceEqual("{}"u8) || (message.StartsWith("""{"type":3,"""u8) && message.IndexOf("\"error\":"u8) < 0))
        {
            client.Answer();
        }
        else if (!message.SequenceEqual("""{"type":6}"""u8))
        {
            client.Fail("It said: " + Encoding.UTF8.GetString(message));
        }
    }
}
