using RealtimeGateway.Tests.MessagePack;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>What a MessagePack client sends wrong is answered in the words that JSON clients hear, on a connection that stays; or ends it with a reason.</summary>
[TestFixture]
public sealed class MessagePackErrorTests
{
    private const string Malformed = "invalid_request: A message was not one of the protocol: ";

    private TestGateway _gateway = null!;
    private RawMessagePackClient _client = null!;
    private TestClient _bystander = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _gateway = await TestGateway.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [SetUp]
    public async Task ConnectAsync()
    {
        _client = await _gateway.ConnectRawMessagePackAsync();
        _bystander = await _gateway.ConnectAsync();
        await _bystander.SubscribeAsync("chat:lobby");
    }

    [TearDown]
    public async Task NothingWasHarmed()
    {
        await using var sender = await _gateway.ConnectRawMessagePackAsync();
        await sender.InvokeAsync("Send", """["chat:lobby","message","still here"]""");
        Assert.That((await _bystander.NextEventAsync()).Data.GetString(), Is.EqualTo("still here"), "nobody else noticed anything");
        await _bystander.DisposeAsync();
        await _client.DisposeAsync();
    }

    [TestCase("Nope", "[]")]
    [TestCase("no such method", "[]")]
    [TestCase("Send", """["chat:lobby","message"]""")]
    [TestCase("Send", """[1,"message",1]""")]
    [TestCase("Send", """["chat:lobby","",1]""")]
    [TestCase("Send", """["nowhere","message",1]""")]
    [TestCase("Subscribe", "[null]")]
    [TestCase("Subscribe", "[42]")]
    [TestCase("Subscribe", """[{"channels":["chat:lobby"],"echo":"no"}]""")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":{"epoch":"e","offset":"1"}}]}]""")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":{"epoch":"e","offset":9007199254740992}}]}]""")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":{"epoch":"e","offset":18446744073709551615}}]}]""")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":{"epoch":"e","offset":1.5}}]}]""")]
    [TestCase("Publish", """[{"channel":"chat:a","channels":["chat:b"],"event":"e"}]""")]
    [TestCase("Publish", """[{"channel":"chat:a","event":"e","readers":["any"]}]""")]
    [TestCase("GetMembers", """[{"channel":"chat:lobby","limit":"5"}]""")]
    [TestCase("GetHistory", """["chat:lobby"]""")]
    [TestCase("Authenticate", "[1]")]
    [TestCase("Authenticate", """["x"]""")]
    [TestCase("UpdateProfile", "[7]")]
    public async Task Call_IsRefused_InTheSameWordsAsInJson(string method, string arguments)
    {
        await using var json = await _gateway.ConnectRawAsync();
        var completion = await _client.InvokeAsync(method, arguments);
        Assert.Multiple(async () =>
        {
            Assert.That(completion[3]!.GetValue<int>(), Is.EqualTo(1));
            Assert.That(completion[4]!.GetValue<string>(), Is.EqualTo((await json.InvokeAsync(method, arguments))["error"]!.GetValue<string>()));
        });
        await AssertGoesOnAsync();
    }

    [TestCase("ca7fc00000", "invalid_request: NaN and infinities have no form in JSON; send null or a string.")]
    [TestCase("cbfff0000000000000", "invalid_request: NaN and infinities have no form in JSON; send null or a string.")]
    [TestCase("d6ff00000000", "invalid_request: A MessagePack timestamp, or another extension type, has no form in JSON; send a string.")]
    [TestCase("91d40100", "invalid_request: A MessagePack timestamp, or another extension type, has no form in JSON; send a string.")]
    [TestCase("810101", "invalid_request: A map's key that is no string has no form in JSON; send strings for keys.")]
    [TestCase("81a17881c001", "invalid_request: A map's key that is no string has no form in JSON; send strings for keys.")]
    [TestCase("a1ff", "invalid_request: A string is not valid UTF-8; send bytes as bin.")]
    public async Task Data_ThatJsonHasNoFormFor_IsRefused(string data, string error)
    {
        Assert.That(await ErrorOfSendAsync(Packed.Hex(data)), Is.EqualTo(error));
        await AssertGoesOnAsync();
    }

    [TestCase(32, null)]
    [TestCase(33, "invalid_request: The data nests deeper than 32.")]
    [TestCase(34, "invalid_request: The message nests too deep: data may nest 32 deep.")]
    [TestCase(10_000, "invalid_request: The message nests too deep: data may nest 32 deep.")]
    [TestCase(65_000, "invalid_request: The message nests too deep: data may nest 32 deep.")]
    public async Task Data_ThatNestsTooDeep_IsRefused_From33On(int depth, string? error)
    {
        Assert.That(await ErrorOfSendAsync(Packed.Nested(depth), "live:a"), Is.EqualTo(error));
        await AssertGoesOnAsync();
    }

    [TestCase(65_536, null)]
    [TestCase(65_537, "payload_too_large: A message has 65536 bytes at most.")]
    [TestCase(5_000_000, "payload_too_large: A message has 65536 bytes at most.")]
    public async Task Message_OverTheBound_IsRefused_AndOneOfExactlyTheBoundTaken(int bytes, string? error)
    {
        var empty = CallOf([0xDB, 0, 0, 0, 0], "live:a");
        var around = empty.Length - 1; // Its length is not counted.
        byte[] text = [0xDB, .. BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(bytes - around)), .. Enumerable.Repeat((byte)'x', bytes - around)];
        Assert.That(await ErrorOfSendAsync(text, "live:a"), Is.EqualTo(error));
        await AssertGoesOnAsync();
    }

    [TestCase("c5fff0", 65_000, TestName = "Bytes that are too many in Base64")]
    [TestCase("dcfde8", 65_000, TestName = "What is six times as much in JSON")]
    public async Task Data_ThatIsTooLargeAsJson_IsRefused(string header, int bytes)
    {
        byte[] data = header[0] == 'c'
            ? [0xC5, (byte)(bytes >> 8), (byte)bytes, .. new byte[bytes]]
            : [0xDC, (byte)(bytes >> 8), (byte)bytes, .. Enumerable.Repeat((byte)0xC2, bytes)];
        Assert.That(await ErrorOfSendAsync(data, "live:a"), Does.StartWith("payload_too_large: The data has "));
        await AssertGoesOnAsync();
    }

    [TestCase("02 91 06", TestName = "A ping")]
    [TestCase("02 91 63", TestName = "A type that is not known")]
    [TestCase("04 93 05 80 a131", TestName = "A cancellation")]
    [TestCase("03 92 08 01", TestName = "An acknowledgement")]
    [TestCase("0b 92 09 d38000000000000000", TestName = "A sequence")]
    [TestCase("08 95 03 80 a2 7331 03 01", TestName = "An answer that nobody waits for")]
    public async Task MessageThatIsNothingToTheGateway_IsIgnored_AndWhatFollowsIsRead(string hex)
    {
        var message = Packed.Hex(hex);
        message[0] = (byte)(message.Length - 1);
        await _client.SendAsync([.. message, .. CallOf([0xC0], "live:a")]);
        Assert.That((await _client.NextOfTypeAsync(3))![2]!.GetValue<string>(), Is.EqualTo("42"));
    }

    [Test]
    public async Task Streams_AreNothingAMethodTakes()
    {
        var completion = await _client.InvokeAsync(Packed.Message("""[1,{},"1","Send",["chat:lobby","message",1],["s"]]"""));
        Assert.That(completion[4]!.GetValue<string>(), Is.EqualTo("invalid_request: No method takes a stream; leave streamIds out."));
        completion = await _client.InvokeAsync(Packed.Message("""[4,{},"1","Send",["chat:lobby","message",1],[]]"""));
        Assert.That(completion[4]!.GetValue<string>(), Is.EqualTo("invalid_request: This method answers once; invoke it, do not stream it."));
    }

    [TestCase("00", TestName = "Ends: a message of nothing")]
    [TestCase("01c1", TestName = "Ends: a byte that is no MessagePack")]
    [TestCase("0190", TestName = "Ends: an empty array")]
    [TestCase("0291a1", TestName = "Ends: a type that is cut off")]
    [TestCase("05ddffffffff", TestName = "Ends: four billion items of nothing")]
    [TestCase("079601dfffffffff", TestName = "Ends: four billion headers of nothing")]
    [TestCase("0a960180c0dbffffffff61", TestName = "Ends: a target of four gigabytes")]
    [TestCase("0a960180dbffffffff6161", TestName = "Ends: an id of four gigabytes")]
    [TestCase("069501800591c0", TestName = "Ends: an id that is a number")]
    [TestCase("03910600", TestName = "Ends: a ping with something behind it")]
    [TestCase("ffffffff08", TestName = "Ends: a length of more than two gigabytes")]
    [TestCase("808080808001", TestName = "Ends: a length of six bytes")]
    public async Task MessageThatIsNone_ClosesTheConnection_AndTheReasonIsSaid(string hex)
    {
        await _client.SendAsync(Packed.Hex(hex));
        var last = await _client.NextOfTypeAsync(7);
        Assert.That(last, Is.Not.Null);
        Assert.Multiple(() =>
        {
            Assert.That(last[1]!.GetValue<string>(), Does.StartWith(Malformed).And.Match(": [A-Z][^:]*\\.$"));
            Assert.That(last[2]!.GetValue<bool>(), Is.True);
        });
    }

    [Test]
    public async Task TooLargeMessage_ThatIsNoCall_ClosesTheConnection()
    {
        await _client.SendAsync(Packed.Framed([0x92, 0x07, 0xDA, 0xFF, 0xFF, .. new byte[65_535]]));
        Assert.That((await _client.NextOfTypeAsync(7))![1]!.GetValue<string>(), Is.EqualTo("payload_too_large: A message has 65536 bytes at most."));
    }

    [Test]
    public async Task Call_ThatComesWithItsHandshake_IsAnswered_InWhateverPieces([Values(1, 7, 1_000)] int size)
    {
        await using var client = await RawMessagePackClient.OpenAsync(_gateway.HubUrl);
        byte[] all = [.. RawMessagePackClient.Handshake, .. Packed.Message("""[1,{},"7","Subscribe",["live:a"],[]]""")];
        foreach (var piece in all.Chunk(size))
        {
            await client.SendAsync(piece);
        }

        await client.ReadHandshakeAsync();
        Assert.That((await client.NextOfTypeAsync(3))![2]!.GetValue<string>(), Is.EqualTo("7"));
    }

    private async Task<string?> ErrorOfSendAsync(byte[] data, string channel = "chat:lobby")
    {
        var completion = await _client.InvokeAsync(CallOf(data, channel));
        return completion[3]!.GetValue<int>() == 1 ? completion[4]!.GetValue<string>() : null;
    }

    private async Task AssertGoesOnAsync() =>
        Assert.That((await _client.InvokeAsync("Unsubscribe", """["chat:lobby"]"""))[3]!.GetValue<int>(), Is.EqualTo(3), "the connection that erred goes on");

    private static byte[] CallOf(byte[] data, string channel) => Packed.Framed(
    [
        .. Packed.Hex("95 01 80"), .. Packed.Of("\"42\""), .. Packed.Of("\"Send\""),
        0x93, .. Packed.Of($"\"{channel}\""), .. Packed.Of("\"message\""), .. data,
    ]);
}
