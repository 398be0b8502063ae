using System.Globalization;
using System.Text;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Dialects;

/// <summary>The protocol of NATS over WebSockets: lines, wherever the frames end. It answers no publication.</summary>
internal sealed class Nats : Dialect
{
    private static readonly byte[] Connect = Frame("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n");
    private static readonly byte[] Pong = Frame("PONG\r\n");

    public override bool Acknowledges => false;

    public override string Path(string channel, bool subscribes) => "/";

    // The server speaks first.
    public override void Open(WebSocketClient client)
    {
    }

    public override void Subscribe(WebSocketClient client, string channel) => client.Ask(Frame($"SUB {channel} 1\r\nPING\r\n"));

    public override byte[] Publication(string channel, string data)
    {
        var text = data.Trim('"');
        return Frame($"PUB {channel} {text.Length.ToString(CultureInfo.InvariantCulture)}\r\n{text}\r\n");
    }

    public override int Take(WebSocketClient client, ReadOnlySpan<byte> data, bool isEnd)
    {
        var taken = 0;
        while (data[taken..].IndexOf("\r\n"u8) is >= 0 and var length)
        {
            TakeLine(client, data.Slice(taken, length));
            taken += length + 2;
        }

        return taken;
    }

    private static byte[] Frame(string lines) => WebSocketFrame.Write(WebSocketFrame.Binary, Encoding.ASCII.GetBytes(lines));

    private static void TakeLine(WebSocketClient client, ReadOnlySpan<byte> line)
    {
        if (Payload.Find(line) is > 0 and var sequence)
        {
            client.Deliver(sequence);
        }
        else if (line.StartsWith("PONG"u8))
        {
            client.Answer();
        }
        else if (line.StartsWith("PING"u8))
        {
            client.Send(Pong);
        }
        else if (line.StartsWith("INFO "u8))
        {
            client.Send(Connect);
        }
        else if (!line.StartsWith("MSG "u8))
        {
            client.Fail("It said: " + Encoding.UTF8.GetString(line));
        }
    }
}
