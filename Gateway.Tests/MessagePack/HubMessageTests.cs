using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Contracts;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Tests.MessagePack;

/// <summary>Every message of the hub protocol, byte by byte.</summary>
[TestFixture]
public sealed class HubMessageTests
{
    private static readonly MessagePackHubProtocol Protocol = new();

    private static readonly Dictionary<string, string> Traced = new() { ["traceparent"] = "00-1" };

    private static readonly IEnumerable<TestCaseData> Messages =
    [
        Case("a call without an id", new InvocationMessage("m", [42]), "96 01 80 c0 a1 6d 91 2a 90"),
        Case("a call with an id", new InvocationMessage("xyz", "method", [42]), "96 01 80 a3 78 79 7a a6 6d 65 74 68 6f 64 91 2a 90"),
        Case("a call with a stream", new InvocationMessage("1", "m", [42], ["s"]), "96 01 80 a1 31 a1 6d 91 2a 91 a1 73"),
        Case("a call with headers", new InvocationMessage("1", "m", [42]) { Headers = Traced }, "96 01 81 ab 7472616365706172656e74 a4 30302d31 a1 31 a1 6d 91 2a 90"),
        Case("an item of a stream", new StreamItemMessage("1", 42), "94 02 80 a1 31 2a"),
        Case("a result", CompletionMessage.WithResult("1", 42), "95 03 80 a1 31 03 2a"),
        Case("an error", CompletionMessage.WithError("1", "no"), "95 03 80 a1 31 01 a2 6e 6f"),
        Case("an end without a result", CompletionMessage.Empty("1"), "94 03 80 a1 31 02"),
        Case("a call for a stream", new StreamInvocationMessage("1", "m", [42]), "96 04 80 a1 31 a1 6d 91 2a 90"),
        Case("a stream that is not wanted any more", new CancelInvocationMessage("1"), "93 05 80 a1 31"),
        Case("a ping", PingMessage.Instance, "91 06"),
        Case("the end", CloseMessage.Empty, "93 07 c0 c2"),
        Case("the end with a reason", new CloseMessage("no", allowReconnect: true), "93 07 a2 6e 6f c3"),
        Case("an acknowledgement", new AckMessage(300), "92 08 cd 01 2c"),
        Case("a sequence", new SequenceMessage(-1), "92 09 ff"),
    ];

    [TestCaseSource(nameof(Messages))]
    public void Message_IsTheSame_BothWays(HubMessage message, string hex)
    {
        var framed = Packed.Framed(Packed.Hex(hex));
        var output = new ArrayBufferWriter<byte>();
        Protocol.WriteMessage(message, output);
        Assert.Multiple(() =>
        {
            Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(framed));
            Assert.That(Protocol.GetMessageBytes(message).ToArray(), Is.EqualTo(framed));
            Assert.That(Described(Read(framed, typeof(int))), Is.EqualTo(Described(message)));
        });
    }

    [TestCase("95 01 80 a1 31 a1 6d 91 2a", "96 01 80 a1 31 a1 6d 91 2a 90", TestName = "A call of five items")]
    [TestCase("96 01 80 a1 31 a1 6d 91 2a c0", "96 01 80 a1 31 a1 6d 91 2a 90", TestName = "A call with nil for streams")]
    [TestCase("98 01 80 a1 31 a1 6d 91 2a 90 c0 81 c0 c0", "96 01 80 a1 31 a1 6d 91 2a 90", TestName = "A call with more items than are known")]
    [TestCase("96 01 80 a0 a1 6d 91 2a 90", "96 01 80 c0 a1 6d 91 2a 90", TestName = "A call with an empty id")]
    [TestCase("dc0006 cc01 de0000 d90131 da00016d dd00000001 d02a 90", "96 01 80 a1 31 a1 6d 91 2a 90", TestName = "A call in longer forms")]
    [TestCase("92 07 c0", "93 07 c0 c2", TestName = "An end of two items")]
    [TestCase("92 07 a2 6e 6f", "93 07 a2 6e 6f c2", TestName = "An end of two items with a reason")]
    [TestCase("92 06 c0", "91 06", TestName = "A ping with more than it needs")]
    public void Message_InAnotherForm_IsRead(string hex, string same) => Assert.That(
        Described(Read(Packed.Framed(Packed.Hex(hex)), typeof(int))),
        Is.EqualTo(Described(Read(Packed.Framed(Packed.Hex(same)), typeof(int)))));

    [TestCase("91 63")]
    [TestCase("91 00")]
    [TestCase("91 d3 80 00 00 00 00 00 00 00")]
    [TestCase("92 0a 91 c1")]
    public void Message_OfAnUnknownType_IsReadOver_AndNoMessage(string hex)
    {
        var input = new ReadOnlySequence<byte>([.. Packed.Framed(Packed.Hex(hex)), 0x02, 0x91, 0x06]);
        Assert.Multiple(() =>
        {
            Assert.That(Protocol.TryParseMessage(ref input, new TypesBinder(typeof(int)), out var unknown), Is.False);
            Assert.That(unknown, Is.Null);
            Assert.That(input.Length, Is.EqualTo(3));
            Assert.That(Protocol.TryParseMessage(ref input, new TypesBinder(typeof(int)), out var next), Is.True);
            Assert.That(next, Is.SameAs(PingMessage.Instance));
        });
    }

    [TestCase("", TestName = "Nothing")]
    [TestCase("90", TestName = "An empty array")]
    [TestCase("c0", TestName = "A nil")]
    [TestCase("06", TestName = "A number")]
    [TestCase("81 06 06", TestName = "A map")]
    [TestCase("91 a1 36", TestName = "A type that is a string")]
    [TestCase("91 ca 40c00000", TestName = "A type that is a float")]
    [TestCase("91 cf ffffffffffffffff", TestName = "A type beyond all")]
    [TestCase("94 01 80 a1 31 a1 6d", TestName = "A call of four items")]
    [TestCase("95 01 c0 a1 31 a1 6d 91 2a", TestName = "Headers that are nil")]
    [TestCase("95 01 90 a1 31 a1 6d 91 2a", TestName = "Headers that are an array")]
    [TestCase("95 01 81 01 a1 31 a1 31 a1 6d 91 2a", TestName = "A header whose name is a number")]
    [TestCase("95 01 81 a1 61 91 c0 a1 31 a1 6d 91 2a", TestName = "A header that is an array")]
    [TestCase("95 01 81 a0 a1 61 a1 31 a1 6d 91 2a", TestName = "A header without a name")]
    [TestCase("95 01 81 a1 61 a0 a1 31 a1 6d 91 2a", TestName = "A header without a value")]
    [TestCase("95 01 df ffffffff a1 31 a1 6d 91 2a", TestName = "Headers that are too many")]
    [TestCase("95 01 80 05 a1 6d 91 2a", TestName = "An id that is a number")]
    [TestCase("95 01 80 a1 ff a1 6d 91 2a", TestName = "An id that is no text")]
    [TestCase("95 01 80 a1 31 c0 91 2a", TestName = "A target that is nil")]
    [TestCase("95 01 80 a1 31 a1 6d c0", TestName = "Arguments that are nil")]
    [TestCase("95 01 80 a1 31 a1 6d 81 2a 2a", TestName = "Arguments that are a map")]
    [TestCase("95 01 80 a1 31 a1 6d 92 2a", TestName = "Arguments that end too early")]
    [TestCase("95 01 80 a1 31 a1 6d dd ffffffff 2a", TestName = "Arguments that are too many")]
    [TestCase("95 01 80 a1 31 a1 6d 91 c1", TestName = "An argument that is nothing")]
    [TestCase("96 01 80 a1 31 a1 6d 91 2a a1 73", TestName = "Streams that are a string")]
    [TestCase("96 01 80 a1 31 a1 6d 91 2a 91 01", TestName = "A stream whose id is a number")]
    [TestCase("95 01 80 a1 31 a1 6d 91 2a 00", TestName = "More than the message")]
    [TestCase("95 04 80 c0 a1 6d 91 2a", TestName = "A call for a stream without an id")]
    [TestCase("94 02 80 c0 2a", TestName = "An item without an id")]
    [TestCase("95 03 80 c0 03 2a", TestName = "An answer without an id")]
    [TestCase("94 03 80 a1 31 03", TestName = "A result that is missing")]
    [TestCase("94 03 80 a1 31 01", TestName = "An error that is missing")]
    [TestCase("95 03 80 a1 31 04 2a", TestName = "An answer of no kind")]
    [TestCase("95 03 80 a1 31 01 2a", TestName = "An error that is a number")]
    [TestCase("92 05 80", TestName = "A cancellation without an id")]
    [TestCase("91 07", TestName = "An end of one item")]
    [TestCase("92 07 2a", TestName = "An end whose reason is a number")]
    [TestCase("93 07 c0 c0", TestName = "An end that does not know whether to reconnect")]
    [TestCase("91 08", TestName = "An acknowledgement of nothing")]
    [TestCase("92 08 c0", TestName = "An acknowledgement of nil")]
    [TestCase("92 09 cf ffffffffffffffff", TestName = "A sequence beyond all")]
    public void Message_ThatIsNone_IsSoSaid(string hex)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => Read(Packed.Framed(Packed.Hex(hex)), typeof(int)));
        Assert.That(refusal.Message, Does.Match("^[A-Z].*\\.$"));
    }

    [TestCase("Nope", "[1]", TestName = "A method that is not known")]
    [TestCase("m", "[]", TestName = "Too few arguments")]
    [TestCase("m", "[1,2]", TestName = "Too many arguments")]
    [TestCase("m", "[\"a\"]", TestName = "An argument of another type")]
    [TestCase("m", "[1.5]", TestName = "An argument that is no integer")]
    [TestCase("m", "[\"1\"]", TestName = "A text for a number")]
    [TestCase("m", "[null]", TestName = "A null for a number")]
    [TestCase("m", "[18446744073709551615]", TestName = "A number that is too large")]
    public void Arguments_ThatDoNotFit_AreABindingFailure_AsInJson(string method, string arguments)
    {
        var packed = (InvocationBindingFailureMessage)Read(Packed.Message($$"""[1,{},"7","{{method}}",{{arguments}},[]]"""), typeof(int));
        var text = $$"""{"type":1,"invocationId":"7","target":"{{method}}","arguments":{{arguments}}}""";
        var json = new ReadOnlySequence<byte>(System.Text.Encoding.UTF8.GetBytes(text + '\u001e'));
        Assert.Multiple(() =>
        {
            Assert.That(new JsonHubProtocol().TryParseMessage(ref json, new TypesBinder(typeof(int)), out var same), Is.True);
            Assert.That(same, Is.InstanceOf<InvocationBindingFailureMessage>());
            Assert.That((packed.InvocationId, packed.Target), Is.EqualTo(("7", method)));
        });
    }

    [TestCase("ca7fc00000")]
    [TestCase("d6ff00000000")]
    [TestCase("a1ff")]
    [TestCase("810101")]
    public void Argument_ThatJsonHasNoFormFor_IsABindingFailure(string argument)
    {
        var read = Read(Packed.Framed([.. Packed.Hex("95 01 80 a1 37 a1 6d 91"), .. Packed.Hex(argument)]), typeof(JsonElement));
        Assert.That(((InvocationBindingFailureMessage)read).BindingFailure.SourceException, Is.InstanceOf<NotJsonException>());
    }

    [Test]
    public void Target_ThatIsNoText_IsAMethodThatNobodyKnows()
    {
        var read = Read(Packed.Framed(Packed.Hex("95 01 80 a1 37 a1 ff 90")));
        Assert.That(((InvocationMessage)read).Target, Is.EqualTo("\uFFFD"));
    }

    [Test]
    public void Argument_IsBoundAsFromJson_ByTheContractsConverters()
    {
        var call = (InvocationMessage)Read(Packed.Message("""[1,{},"7","m",[["chat:a",{"channel":"chat:b","since":{"epoch":"e","offset":9007199254740991}}]],[]]"""), typeof(SubscribeRequest));
        var request = (SubscribeRequest)call.Arguments.Single()!;
        Assert.That(request.Channels, Is.EqualTo(new ChannelRequest[] { new("chat:a"), new("chat:b", new Position("e", 9_007_199_254_740_991)) }));
    }

    [Test]
    public void RawResult_IsTakenAndGiven_AsItIs()
    {
        byte[] raw = [0xC7, 0x01, 0x05, 0x00];
        var read = (CompletionMessage)Read(Packed.Framed([.. Packed.Hex("95 03 80 a1 31 03"), .. raw]), typeof(RawResult));
        var result = (RawResult)read.Result!;
        Assert.Multiple(() =>
        {
            Assert.That(result.RawSerializedData.ToArray(), Is.EqualTo(raw));
            Assert.That(Protocol.GetMessageBytes(new InvocationMessage("m", [result])).ToArray(), Is.EqualTo(Packed.Framed([.. Packed.Hex("96 01 80 c0 a1 6d 91"), .. raw, 0x90])));
        });
    }

    [TestCase("\"a\"", "Error trying to deserialize result to Int32.")]
    [TestCase("1.5", "Error trying to deserialize result to Int32.")]
    public void Result_ThatDoesNotFit_IsAnError(string result, string error)
    {
        var read = (CompletionMessage)Read(Packed.Message($$"""[3,{},"1",3,{{result}}]"""), typeof(int));
        Assert.That(read.Error, Does.StartWith(error));
    }

    [Test]
    public void Result_ThatNobodyWaitsFor_IsReadOver() =>
        Assert.That(((CompletionMessage)Read(Packed.Message("""[3,{},"Nope",3,{"a":[1]}]"""), typeof(int))).Result, Is.Null);

    [Test]
    public void StreamItem_ThatDoesNotFit_IsABindingFailure() => Assert.Multiple(() =>
    {
        Assert.That(Read(Packed.Message("""[2,{},"1","a"]"""), typeof(int)), Is.InstanceOf<StreamBindingFailureMessage>());
        Assert.That(Read(Packed.Message("""[2,{},"Nope",1]"""), typeof(int)), Is.InstanceOf<StreamBindingFailureMessage>());
    });

    [Test]
    public void Message_ThatHasNotEnded_IsWaitedFor_WithTheInputAsItWas()
    {
        var framed = Packed.Message("""[1,{},"7","m",[42],[]]""");
        for (var length = 0; length < framed.Length; length++)
        {
            var input = new ReadOnlySequence<byte>(framed, 0, length);
            Assert.That(Protocol.TryParseMessage(ref input, new TypesBinder(typeof(int)), out _), Is.False);
            Assert.That(input.Length, Is.EqualTo(length));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 20_000)]
    public void AnyBytes_AreAMessage_OrSaidToBeNone(byte[] bytes)
    {
        try
        {
            var input = new ReadOnlySequence<byte>(Packed.Framed(bytes));
            Protocol.TryParseMessage(ref input, new TypesBinder(typeof(JsonElement)), out _);
            Assert.That(input.IsEmpty, Is.True);
        }
        catch (InvalidDataException exception)
        {
            Assert.That(exception.Message, Does.Match("^[A-Z].*\\.$"));
        }
    }

    private static HubMessage Read(byte[] framed, params Type[] types)
    {
        var input = new ReadOnlySequence<byte>(framed);
        Assert.That(Protocol.TryParseMessage(ref input, new TypesBinder(types), out var message), Is.True);
        Assert.That(input.IsEmpty, Is.True);
        return message!;
    }

    // A message has no equality; all that it holds is in its JSON.
    private static string Described(HubMessage message) => message.GetType().Name + JsonSerializer.Serialize(message, message.GetType());

    private static TestCaseData Case(string name, HubMessage message, string hex) => new TestCaseData(message, hex).SetArgDisplayNames(name);
}
