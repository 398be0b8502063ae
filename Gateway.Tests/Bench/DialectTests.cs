using System.Text;
using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Tests.Bench;

/// <summary>The load driver parses no message, and yet has to count each of them once.</summary>
[TestFixture]
public sealed class DialectTests
{
    private const string First = "#000000001#xx";
    private const string Second = "#000000002#xx";

    private static readonly int[] Pieces = [1, 3, 20, 1_000];

    [Test]
    public void Deliveries_AreCountedOnce_HoweverTheBytesCome([ValueSource(nameof(Dialects))] string name, [ValueSource(nameof(Pieces))] int pieces)
    {
        var (dialect, script, answers) = Script(name);
        using var server = new ScriptedServer(dialect);
        server.Ledger.Begin(scheduled: 0, audience: 1);
        server.Ledger.Begin(scheduled: 0, audience: 1);

        server.Say(script, pieces);

        Assert.That(server.Client.Failure, Is.Null);
        Assert.That((server.Client.Heard, server.Client.HeardSum, server.Client.Answers), Is.EqualTo((2, 3L, answers)));
        Assert.That((server.Ledger.Deliveries, server.Ledger.InFlight, server.Ledger.Strays), Is.EqualTo((2L, 0, 0L)));
    }

    [TestCase("json", "{\"type\":3,\"invocationId\":\"1\",\"error\":\"permission_denied: No.\"}\u001e")]
    [TestCase("json", "{\"type\":7,\"error\":\"unavailable: Later.\"}\u001e")]
    [TestCase("Socket.IO", "44{\"message\":\"No.\"}")]
    [TestCase("NATS", "-ERR 'Authorization Violation'\r\n")]
    [TestCase("Nchan", "No.")]
    public void Client_Fails_WhenTheServerRefuses(string name, string message)
    {
        using var server = new ScriptedServer(Script(name).Dialect);

        server.Say(Text(message));

        Assert.That(server.Client.Failure, Does.Contain(message.TrimEnd('\u001e', '\r', '\n')));
    }

    [Test]
    public void MessagePackClient_Fails_WhenACallIsRefused()
    {
        using var server = new ScriptedServer(new SignalRMessagePack("/hub"));
        byte[] completion = [0x95, 3, 0x80, 0xa1, (byte)'1', 1, 0xa3, (byte)'N', (byte)'o', (byte)'.'];

        server.Say([.. Text("{}\u001e"), .. Binary([(byte)completion.Length, .. completion])]);

        Assert.That(server.Client.Failure, Does.Contain("No."));
    }

    [Test]
    public void Client_Fails_WhenTheServerGoes()
    {
        using var server = new ScriptedServer(new Nchan());

        server.Close();

        Assert.That(server.Client.Failure, Is.Not.Null);
    }

    private static IEnumerable<string> Dialects() => ["json", "messagepack", "Socket.IO", "NATS", "Nchan"];

    // What a server says that answers all that it is asked and delivers both; what of it is one message comes in two frames where that is allowed.
    private static (Dialect Dialect, byte[] Bytes, int Answers) Script(string name) => name switch
    {
        "json" => (
            new SignalRJson("/hub"),
            [
                .. Text("{}\u001e"),
                .. Text("{\"type\":6}\u001e"),
                .. Fragments($"{{\"type\":1,\"target\":\"event\",\"arguments\":[\"{First}\"]}}\u001e{{\"type\":1,\"target\":\"event\",\"arguments\":[\"{Second}\"]}}\u001e"),
                .. Text("{\"type\":3,\"invocationId\":\"1\",\"result\":null}\u001e"),
            ],
            2),
        "messagepack" => (
            new SignalRMessagePack("/hub"),
            [
                .. Binary(Encoding.ASCII.GetBytes("{}\u001e")),
                .. Binary([2, 0x91, 6, .. Pack(First), .. Pack(Second), 6, 0x94, 3, 0x80, 0xa1, (byte)'1', 2]),
            ],
            2),
        "Socket.IO" => (
            new SocketIo(),
            [
                .. Text("0{\"sid\":\"a\"}"),
                .. Text("40{\"sid\":\"b\"}"),
                .. Text("2"),
                .. Text($"42[\"event\",\"room\",\"{First}\"]"),
                .. Fragments($"42[\"event\",\"room\",\"{Second}\"]"),
                .. Text("431[]"),
            ],
            2),
        "NATS" => (
            new Nats(),
            [
                .. Binary(Encoding.ASCII.GetBytes("INFO {} \r\n")),
                .. Binary(Encoding.ASCII.GetBytes($"PONG\r\nMSG room 1 13\r\n{First}\r\nPING\r\nMSG room 1")),
                .. Binary(Encoding.ASCII.GetBytes($" 13\r\n{Second}\r\nPONG\r\n")),
            ],
            2),
        _ => (
            new Nchan(),
            [.. Text(First), .. Fragments(Second), .. Text("queued messages: 1\r\nlast requested: 1 sec. ago\r\n")],
            2),
    };

    private static byte[] Text(string text) => WebSocketFrameTests.OfServer(WebSocketFrame.Text, Encoding.ASCII.GetBytes(text));

    private static byte[] Binary(byte[] bytes) => WebSocketFrameTests.OfServer(WebSocketFrame.Binary, bytes);

    // Divided inside a number, with a ping in between.
    private static byte[] Fragments(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        var at = text.LastIndexOf('#') - 3;
        return
        [
            .. WebSocketFrameTests.OfServer(WebSocketFrame.Text, bytes.AsSpan(0, at), isEnd: false),
            .. WebSocketFrameTests.OfServer(WebSocketFrame.Ping, []),
            .. WebSocketFrameTests.OfServer(WebSocketFrame.Continuation, bytes.AsSpan(at)),
        ];
    }

    private static byte[] Pack(string data)
    {
        byte[] message = [0x96, 1, 0x80, 0xc0, 0xa5, .. "event"u8, 0x91, (byte)(0xa0 | data.Length), .. Encoding.ASCII.GetBytes(data), 0x90];
        return [(byte)message.Length, .. message];
    }
}
