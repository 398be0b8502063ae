using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Tests.MessagePack;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>What follows a handshake for MessagePack, in whatever pieces: what is in order passes unchanged, each of the rest is told once.</summary>
[TestFixture]
public sealed class MessagePackInboundTests
{
    private static readonly byte[][] Good =
    [
        Packed.Message("[6]"),
        Packed.Message("""[1,{},"1","Send",["a","b",{"c":[1,2]}],[]]"""),
        Packed.Framed([0x92, 0x06, 0xD9, 150, .. Enumerable.Repeat((byte)0x91, 150)]),
        Packed.Framed(Packed.Hex("c1")),
        Packed.Framed([]),
        Packed.Framed(Packed.Hex("dd ffffffff")),
        Packed.Framed([.. Enumerable.Repeat((byte)0x1E, 20)]),
        [0x81, 0x00, 0xC0],
    ];

    private static readonly (byte[] Message, string Code, string? InvocationId)[] Bad =
    [
        (Packed.Message($"""[1,{"{}"},"7","Send",["{new string('x', 300)}"],[]]"""), ErrorCodes.PayloadTooLarge, "7"),
        (Packed.Message($$"""[1,{"a":"{{new string('x', 300)}}"},"8","Send",[],[]]"""), ErrorCodes.PayloadTooLarge, "8"),
        (Packed.Framed([.. Packed.Hex("96 01 80 a1 39 a1 6d"), 0x91, .. Packed.Nested(40), 0x90]), ErrorCodes.InvalidRequest, "9"),
        (Packed.Framed(Packed.Nested(150)), ErrorCodes.InvalidRequest, null),
        (Packed.Framed([.. Enumerable.Repeat((byte)0x81, 150)]), ErrorCodes.InvalidRequest, null),
        (Packed.Framed(new byte[300]), ErrorCodes.PayloadTooLarge, null),
        (Packed.Framed([.. Packed.Hex("96 01 df ffffffff"), .. new byte[300]]), ErrorCodes.PayloadTooLarge, null),
        (Packed.Message($$"""[1,{"a":"{{new string('x', 5_000)}}"},"8","Send",[],[]]"""), ErrorCodes.PayloadTooLarge, null),
        (Packed.Message($"""[1,{"{}"},"{new string('i', 300)}","Send",[],[]]"""), ErrorCodes.PayloadTooLarge, new string('i', 300)),
    ];

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property AnyMessages_InAnyPieces()
    {
        var message = Gen.Frequency(
            (3, Gen.Elements(Good).Select(good => (Message: good, Code: (string?)null, InvocationId: (string?)null))),
            (1, Gen.Elements(Bad).Select(bad => (bad.Message, Code: (string?)bad.Code, bad.InvocationId))));
        return Prop.ForAll(message.ListOf().ToArbitrary(), Gen.Choose(1, 400).NonEmptyListOf().ToArbitrary(), (sent, sizes) =>
        {
            byte[] all = [.. RawMessagePackClient.Handshake, .. sent.SelectMany(one => one.Message)];
            var (passed, refused) = PiecewisePeer.RunAsync(all, [.. sizes]).InTime().GetAwaiter().GetResult();
            Assert.Multiple(() =>
            {
                Assert.That(passed, Is.EqualTo((byte[])[.. RawMessagePackClient.Handshake, .. sent.Where(one => one.Code is null).SelectMany(one => one.Message)]));
                Assert.That(refused, Is.EqualTo(sent.Where(one => one.Code is not null).Select(one => (one.Code!, one.InvocationId))));
            });
        });
    }

    [TestCase("{\"protocol\":\"messagepack\",\"version\":1}", true)]
    [TestCase("{\"version\":2,\"more\":[{\"protocol\":\"json\"}],\"protocol\":\"MessagePack\"}", true)]
    [TestCase("{\"protocol\":\"json\",\"protocol\":\"messagepack\",\"version\":1}", true)]
    [TestCase("{\"protocol\":\"messagepack\",\"protocol\":\"json\",\"version\":1}", false)]
    [TestCase("{\"protocol\":\"json\",\"version\":1}", false)]
    [TestCase("{\"protocol\":\"xml\",\"version\":1}", false)]
    [TestCase("{\"protocol\":\"messagepack\"", false)]
    [TestCase("{\"protocol\":5,\"version\":1}", false)]
    [TestCase("messagepack", false)]
    public async Task Framing_IsOfTheProtocol_ThatSignalRReadsInTheHandshake(string handshake, bool isMessagePack)
    {
        // Whole in one framing, and the beginning of one in the other.
        byte[] next = isMessagePack ? [0x02, 0x91, 0x06] : [0x7F, 0x1E];
        byte[] all = [.. Encoding.UTF8.GetBytes(handshake + '\u001e'), .. next];
        var (passed, _) = await PiecewisePeer.RunAsync(all, [all.Length]);
        Assert.That(passed, Is.EqualTo(all));
    }

    [TestCase("ffffffff08")]
    [TestCase("ffffffffff")]
    [TestCase("808080808080")]
    public async Task Length_ThatIsNone_IsGivenToWhomItConcerns_AndNothingIsWaitedFor(string hex)
    {
        byte[] all = [.. RawMessagePackClient.Handshake, .. Packed.Hex(hex)[..5]];
        var (passed, refused) = await PiecewisePeer.RunAsync(all, [all.Length]);
        Assert.Multiple(() =>
        {
            Assert.That(passed, Is.EqualTo(all));
            Assert.That(refused, Is.Empty);
        });
    }

    [TestCase("ffffffff07", TestName = "Of two gigabytes")]
    [TestCase("c901", TestName = "Of one byte too many, of which nothing comes")]
    public async Task MessageThatIsTooLarge_IsKnownAtOnce_AndNotKept(string prefix)
    {
        var transport = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var endless = new TaskCompletionSource();
        var inbound = PiecewisePeer.Create(transport, () => endless.TrySetResult());
        await transport.Writer.WriteAsync(RawMessagePackClient.Handshake);
        inbound.AdvanceTo((await inbound.ReadAsync().AsTask().InTime()).Buffer.End);
        var reading = inbound.ReadAsync().AsTask();
        await transport.Writer.WriteAsync(Packed.Hex(prefix));
        await endless.Task.InTime(); // Whoever has no session yet is ended for it.
        if (prefix.StartsWith("ff", StringComparison.Ordinal))
        {
            for (var i = 0; i < 1_000; i++)
            {
                await transport.Writer.WriteAsync(new byte[1_000]);
            }
        }

        await transport.Writer.CompleteAsync();
        var result = await reading.InTime();
        Assert.Multiple(() =>
        {
            Assert.That(result.IsCompleted, Is.True);
            Assert.That(result.Buffer.IsEmpty, Is.True);
        });
    }

    [Test]
    public void Scan_KeepsLittle_OfHoweverMuch()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var scanner = new MessagePackFrameScanner(new Frame(Start: 5, ContentBytes: int.MaxValue, End: 0, IsWhole: false));
        var piece = new byte[1_000];
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = new ReadOnlySequence<byte>(piece);
            Assert.That(scanner.TakeUntilEnd(ref bytes), Is.False);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10_000_000), "the assertions have their share");
    }
}
