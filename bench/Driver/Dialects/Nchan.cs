using System.Text;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Dialects;

/// <summary>Nchan, as <c>bench/peers/nchan</c> sets it up: a WebSocket subscribes or publishes, in the channel that its path names.</summary>
internal sealed class Nchan : Dialect
{
    public override string Path(string channel, bool subscribes) => $"/{(subscribes ? "subscribe" : "publish")}?channel={channel}";

    // Session and subscription stand with the WebSocket, and nothing is said of them.
    public override void Open(WebSocketClient client) => client.Answer();

    public override void Subscribe(WebSocketClient client, string channel)
    {
    }

    public override byte[] Publication(string channel, string data) => WebSocketFrame.Write(WebSocketFrame.Text, Encoding.UTF8.GetBytes(data.Trim('"')));

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
        else if (data.StartsWith("queued messages:"u8))
        {
            client.Answer();
        }
        else
        {
            client.Fail("It said: " + Encoding.UTF8.GetString(data));
        }

        return data.Length;
    }
}
