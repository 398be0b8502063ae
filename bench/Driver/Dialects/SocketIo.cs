using System.Text;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Dialects;

/// <summary>Socket.IO 4 over Engine.IO 4, to the server in <c>bench/peers/socketio</c> with the events <c>join</c> and <c>publish</c>.</summary>
internal sealed class SocketIo : Dialect
{
    private static readonly byte[] Connect = Frame("40");
    private static readonly byte[] Pong = Frame("3");

    public override string Path(string channel, bool subscribes) => "/socket.io/?EIO=4&transport=websocket";

    // The server speaks first.
    public override void Open(WebSocketClient client)
    {
    }

    public override void Subscribe(WebSocketClient client, string channel) => client.Ask(Frame($"""420["join","{channel}"]"""));

    public override byte[] Publication(string channel, string data) => Frame($"""42{Payload.Placeholder}["publish","{channel}",{data}]""");

    public override int Take(WebSocketClient client, ReadOnlySpan<byte> data, bool isEnd)
    {
        if (!isEnd)
        {
            return 0;
        }

        if (Payload.Find(data) is > 0 and var sequence)
        {
            client.Deliver(sequence);
        }
        else if (data.StartsWith("43"u8) || data.StartsWith("40{"u8))
        {
            client.Answer();
        }
        else if (data.StartsWith("0{"u8))
        {
            client.Send(Connect);
        }
        else if (data.SequenceEqual("2"u8))
        {
            client.Send(Pong);
        }
        else
        {
            client.Fail("It said: " + Encoding.UTF8.GetString(data));
        }

        return data.Length;
    }

    private static byte[] Frame(string packet) => WebSocketFrame.Write(WebSocketFrame.Text, Encoding.UTF8.GetBytes(packet));
}
