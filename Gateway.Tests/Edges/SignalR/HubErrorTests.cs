using System.Text;
using System.Text.Json.Nodes;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>What a client sends wrong is answered with a code and a sentence, on a connection that stays, and harms nobody.</summary>
[TestFixture]
public sealed class HubErrorTests
{
    private const string BadName =
        "invalid_channel: A channel's name is 1 to 255 printable ASCII characters without spaces, '*', '{' or '}', and does not begin with '$'.";

    private const string SubscribeShape =
        "invalid_request: Subscribe takes a channel, a list of channels, or { channels: [name or { channel, since }], id?, events?, filter?, hidden?, echo? }.";

    private TestGateway _gateway = null!;
    private RawClient _client = null!;
    private TestClient _bystander = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _gateway = await TestGateway.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [SetUp]
    public async Task ConnectAsync()
    {
        _client = await _gateway.ConnectRawAsync();
        _bystander = await _gateway.ConnectAsync();
        await _bystander.SubscribeAsync("chat:lobby");
    }

    [TearDown]
    public async Task NothingWasHarmed()
    {
        var sent = await _client.InvokeAsync("Send", """["chat:lobby","message","still here"]""");
        Assert.That(sent["error"], Is.Null, "the connection that erred goes on");
        Assert.That((await _bystander.NextEventAsync()).Data.GetString(), Is.EqualTo("still here"), "nobody else noticed anything");
        await _bystander.DisposeAsync();
        await _client.DisposeAsync();
    }

    [TestCase("Nope", "[]", "invalid_request: There is no method 'Nope'.")]
    [TestCase("no such method", "[]", "invalid_request: There is no method of this name.")]
    [TestCase("OnConnectedAsync", "[]", "invalid_request: There is no method 'OnConnectedAsync'.")]
    [TestCase("Send", """["chat:lobby","message"]""", "invalid_request: The arguments do not fit Send(channel, event, data).")]
    [TestCase("Send", """["chat:lobby","message",1,2]""", "invalid_request: The arguments do not fit Send(channel, event, data).")]
    [TestCase("Send", """[1,"message",1]""", "invalid_request: The arguments do not fit Send(channel, event, data).")]
    [TestCase("Send", """["chat:\ud800","message",1]""", "invalid_request: The arguments do not fit Send(channel, event, data).")]
    [TestCase("Subscribe", "[null]", SubscribeShape)]
    [TestCase("Subscribe", "[42]", SubscribeShape)]
    [TestCase("Subscribe", "[{}]", SubscribeShape)]
    [TestCase("Subscribe", """[{"channels":"chat:lobby"}]""", SubscribeShape)]
    [TestCase("Subscribe", """[{"channels":["chat:lobby"],"echo":"no"}]""", SubscribeShape)]
    [TestCase("Subscribe", "[[]]", "invalid_request: Subscribe needs one channel or more.")]
    [TestCase("Subscribe", "[[null]]", "invalid_request: A channel is its name or { channel, since: { epoch, offset } }.")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":{"epoch":"e","offset":-1}}]}]""", "invalid_request: A channel is its name or { channel, since: { epoch, offset } }.")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":{"epoch":"e","offset":9007199254740992}}]}]""", "invalid_request: A channel is its name or { channel, since: { epoch, offset } }.")]
    [TestCase("Subscribe", """[{"channels":["chat:lobby"],"events":[]}]""", "invalid_request: The events are one pattern or more; leave events out for all of them.")]
    [TestCase("Subscribe", """[{"channels":["chat:lobby"],"filter":[{"method":"sounds"}]}]""", "invalid_request: A filter has no method 'sounds'; there are equal, notEqual, lessThan, lessThanEqual, greaterThan, greaterThanEqual, between, isNull, isNotNull, contains, startsWith, endsWith, and, or, not.")]
    [TestCase("Subscribe", """[{"channels":["chat:lobby"],"filter":[null]}]""", "invalid_request: A filter is a list of conditions { method, attribute?, values? }, whose values are a list.")]
    [TestCase("Subscribe", """[{"channels":["chat:lobby"],"filter":"x"}]""", "invalid_request: Subscribe takes a channel, a list of channels, or { channels: [name or { channel, since }], id?, events?, filter?, hidden?, echo? }.")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":{"epoch":"e","offset":"1"}}]}]""", "invalid_request: A channel is its name or { channel, since: { epoch, offset } }.")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":{"epoch":5,"offset":1}}]}]""", "invalid_request: A channel is its name or { channel, since: { epoch, offset } }.")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":{"offset":1}}]}]""", "invalid_request: A channel is its name or { channel, since: { epoch, offset } }.")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":1}]}]""", "invalid_request: A channel is its name or { channel, since: { epoch, offset } }.")]
    [TestCase("Subscribe", """[{"channels":["chat:lobby"],"id":"$grants"}]""", "invalid_request: A subscription's id is 1 to 64 printable ASCII characters without spaces, and does not begin with '$'.")]
    [TestCase("Unsubscribe", """[["chat:lobby",null]]""", "invalid_request: Unsubscribe takes a channel, a list of channels, or { id }.")]
    [TestCase("Publish", """[{"channels":["chat:a",null],"event":"e"}]""", "invalid_request: Publish takes { channel or channels, event, data, id?, echo? }.")]
    [TestCase("Send", """["chat:a","message",{"text":"\ud800"}]""", "invalid_request: The data holds half of a surrogate pair, which is no character.")]
    [TestCase("Send", """["chat:a","message",{"\udc00\ud800":1}]""", "invalid_request: The data holds half of a surrogate pair, which is no character.")]
    [TestCase("Send", """["chat:a","message",[{"__proto__":1}]]""", "invalid_request: The data has a property '__proto__', for which JavaScript's MessagePack clients end their connection.")]
    [TestCase("Send", """["chat:a","message",{"a":{"\u005f_proto__":1}}]""", "invalid_request: The data has a property '__proto__', for which JavaScript's MessagePack clients end their connection.")]
    [TestCase("UpdateProfile", """[{"__proto__":{}}]""", "invalid_request: The profile has a property '__proto__', for which JavaScript's MessagePack clients end their connection.")]
    [TestCase("Unsubscribe", "[null]", "invalid_request: Unsubscribe takes a channel, a list of channels, or { id }.")]
    [TestCase("Publish", "[null]", "invalid_request: Publish takes { channel or channels, event, data, id?, echo? }.")]
    [TestCase("Publish", """[{"channel":"chat:a","channels":["chat:b"],"event":"e"}]""", "invalid_request: Publish takes { channel or channels, event, data, id?, echo? }.")]
    [TestCase("Publish", """[{"channel":"chat:a","event":"e","readers":["any"]}]""", "invalid_request: Publish does not take readers from a client; leave them out.")]
    [TestCase("Send", """[null,"message",1]""", BadName)]
    [TestCase("Subscribe", "[]", "invalid_request: The arguments do not fit Subscribe(channels).")]
    [TestCase("Subscribe", """[{"channels":[{"channel":"chat:lobby","since":{"epoch":"e"}}]}]""", "invalid_request: A channel is its name or { channel, since: { epoch, offset } }.")]
    [TestCase("Publish", """[{"channels":[],"event":"e"}]""", "invalid_request: A publish names 1 to 100 channels.")]
    [TestCase("Publish", """[{"channel":"chat:a","event":"e","id":"two words"}]""", "invalid_request: An id is 1 to 64 printable ASCII characters without spaces.")]
    [TestCase("GetMembers", "[null]", "invalid_request: GetMembers takes a channel, or { channel, cursor?, limit? }.")]
    [TestCase("GetMembers", """[{"channel":"chat:lobby","limit":0}]""", "invalid_request: The limit of members goes from 1 to 1000.")]
    [TestCase("GetMembers", """[{"channel":"chat:lobby","cursor":"?"}]""", "invalid_request: The cursor is not one that this gateway gave.")]
    [TestCase("GetHistory", """["chat:lobby"]""", "invalid_request: GetHistory takes { channel, since?: { epoch, offset }, limit?, reverse?, events?, filter? }.")]
    [TestCase("GetHistory", """[{"channel":"chat:lobby","since":{"epoch":"e","offset":"1"}}]""", "invalid_request: GetHistory takes { channel, since?: { epoch, offset }, limit?, reverse?, events?, filter? }.")]
    [TestCase("GetHistory", """[{"channel":"chat:lobby","since":{"epoch":"other","offset":0}}]""", "invalid_request: The position is of another epoch than the channel is in now; ask again without since.")]
    [TestCase("GetHistory", """[{"channel":"chat:lobby","limit":1001}]""", "invalid_request: The limit of history goes from 1 to 1000.")]
    [TestCase("GetHistory", """[{"channel":"live:a"}]""", "history_disabled: 'live:a' keeps no history; History on its policy would.")]
    [TestCase("GetHistory", """[{"channel":"team:blue:room"}]""", "permission_denied: You may not read 'team:blue:room'.")]
    [TestCase("Authenticate", "[1]", "invalid_request: The arguments do not fit Authenticate(token).")]
    [TestCase("Authenticate", """["x"]""", "unauthenticated: The token is not a signed JWT.")]
    [TestCase("Send", """["chat:lobby","",1]""", "invalid_request: An event's name is 1 to 255 printable ASCII characters without spaces and '*'.")]
    [TestCase("Send", """["chat:lobby","a.*",1]""", "invalid_request: An event's name is 1 to 255 printable ASCII characters without spaces and '*'.")]
    [TestCase("Send", """["chat:lobby","user:update",1]""", "permission_denied: Events that begin with 'user:' come from servers only.")]
    [TestCase("Send", """["$all","message",1]""", "permission_denied: You may not publish in '$all'.")]
    [TestCase("Send", """["$user:ann","message",1]""", BadName)]
    [TestCase("Send", """["silent:room","message",1]""", "permission_denied: You may not publish in 'silent:room'.")]
    [TestCase("Send", """["nowhere","message",1]""", "permission_denied: You may not publish in 'nowhere'.")]
    [TestCase("Subscribe", """["nowhere"]""", "permission_denied: You may not read 'nowhere'.")]
    [TestCase("Subscribe", """["team:blue:room"]""", "permission_denied: You may not read 'team:blue:room'.")]
    [TestCase("GetMembers", """["silent:room"]""", "permission_denied: You may not see who is in 'silent:room'.")]
    [TestCase("Broadcast", """["message",1]""", "permission_denied: You may not broadcast.")]
    public async Task Call_IsAnsweredExactly(string method, string arguments, string error) =>
        Assert.That(await ErrorOfAsync(method, arguments), Is.EqualTo(error));

    [TestCase("")]
    [TestCase("chat:two words")]
    [TestCase("chat:*")]
    [TestCase("chat:{x}")]
    [TestCase("chat:\u0000")]
    [TestCase("chat:\u001e")]
    [TestCase("chat:\u007f")]
    [TestCase("chat:ü")]
    [TestCase("$all2")]
    public async Task Name_ThatIsNone_IsAnInvalidChannel(string name) =>
        Assert.That(await ErrorOfAsync("Subscribe", new JsonArray(name).ToJsonString()), Is.EqualTo(BadName));

    [Test]
    public async Task Name_Of255Bytes_IsOne_AndOf256_IsNone()
    {
        var longest = "chat:" + new string('x', 250);
        Assert.Multiple(async () =>
        {
            Assert.That((await _client.InvokeAsync("Subscribe", new JsonArray(longest).ToJsonString()))["error"], Is.Null);
            Assert.That(await ErrorOfAsync("Subscribe", new JsonArray(longest + "x").ToJsonString()), Is.EqualTo(BadName));
        });
    }

    [Test]
    public async Task DeepArgument_IsRefused_From33On()
    {
        Assert.Multiple(async () =>
        {
            Assert.That((await _client.InvokeAsync("Send", $"""["live:a","message",{Nested(32)}]"""))["error"], Is.Null);
            Assert.That(await ErrorOfAsync("Send", $"""["live:a","message",{Nested(33)}]"""), Is.EqualTo("invalid_request: The data nests deeper than 32."));
            Assert.That((await _client.InvokeAsync("Publish", $$"""[{"channel":"live:a","event":"e","data":{{Nested(32)}}}]"""))["error"], Is.Null);
            Assert.That(await ErrorOfAsync("Publish", $$"""[{"channel":"live:a","event":"e","data":{{Nested(33)}}}]"""), Is.EqualTo("invalid_request: The message nests too deep: data may nest 32 deep."));
            Assert.That(await ErrorOfAsync("Send", $"""["live:a","message",{Nested(10_000)}]"""), Is.EqualTo("invalid_request: The message nests too deep: data may nest 32 deep."));
        });
    }

    [TestCase("no json", "Error reading JSON.")]
    [TestCase("""{"type":1,"invocationId":"1","target":"Send"}""", "Missing required property 'arguments'.")]
    [TestCase("""{"type":1,"invocationId":5,"target":"Send","arguments":[]}""", "Expected 'invocationId' to be of type String.")]
    [TestCase("[]", "Unexpected JSON Token Type 'Array'. Expected a JSON Object.")]
    public async Task MessageThatIsNone_ClosesTheConnection_AndTheReasonIsSaid(string message, string reason)
    {
        await using var client = await _gateway.ConnectRawAsync();
        await client.SendAsync(message);
        var last = await client.NextOfTypeAsync(7);
        Assert.Multiple(() =>
        {
            Assert.That(last["error"]!.GetValue<string>(), Is.EqualTo("invalid_request: A message was not one of the protocol: " + reason));
            Assert.That(last["allowReconnect"]!.GetValue<bool>(), Is.True);
        });
    }

    [Test]
    public async Task BracketsInAString_AreNotDepth()
    {
        var text = new string('[', 5_000);
        Assert.That((await _client.InvokeAsync("Send", new JsonArray("live:a", "message", text).ToJsonString()))["error"], Is.Null);
    }

    [Test]
    public async Task Message_OverTheBound_IsRefused_WhateverStandsBeforeItsId([Values] bool idFirst, [Values(70_000, 1_000_000)] int size)
    {
        var arguments = new JsonArray("live:a", "message", new string('"', size / 2)).ToJsonString();
        await _client.SendAsync(idFirst
            ? $$"""{"type":1,"invocationId":"a\"b","target":"Send","arguments":{{arguments}}}"""
            : $$"""{"arguments":{{arguments}},"target":"Send","invocationId":"a\"b","type":1}""");
        var completion = await _client.NextOfTypeAsync(3);
        Assert.Multiple(() =>
        {
            Assert.That(completion["invocationId"]!.GetValue<string>(), Is.EqualTo("a\"b"));
            Assert.That(completion["error"]!.GetValue<string>(), Is.EqualTo("payload_too_large: A message has 65536 bytes at most."));
        });
    }

    [Test]
    public async Task Message_OverTheBound_AmongOthers_TakesNoneOfThemAlong()
    {
        var large = new string('x', 100_000);
        await _client.SendAsync(string.Join(
            '\u001e',
            """{"type":1,"invocationId":"before","target":"Send","arguments":["live:a","message",1]}""",
            $$"""{"type":1,"invocationId":"large","target":"Send","arguments":["live:a","message","{{large}}"]}""",
            """{"type":1,"invocationId":"after","target":"Send","arguments":["live:a","message",1]}"""));
        var answers = new Dictionary<string, bool>();
        while (answers.Count < 3)
        {
            var answer = await _client.NextOfTypeAsync(3);
            answers.Add(answer["invocationId"]!.GetValue<string>(), answer["error"] is null);
        }

        Assert.That(answers, Is.EquivalentTo(new Dictionary<string, bool> { ["before"] = true, ["large"] = false, ["after"] = true }));
    }

    [Test]
    public async Task Message_WithoutAnId_IsDropped_AndTheConnectionGoesOn()
    {
        await _client.SendAsync($$"""{"type":1,"target":"Send","arguments":["chat:lobby","message","{{new string('x', 100_000)}}"]}""");
        await _client.SendAsync("""{"type":1,"target":"Nope","arguments":[]}""");
        Assert.That((await _client.InvokeAsync("Unsubscribe", """["chat:lobby"]"""))["error"], Is.Null);
    }

    [TestCase("""{"type":99}""")]
    [TestCase("""{"type":5,"invocationId":"1"}""")]
    [TestCase("""{"type":8,"sequenceId":1}""")]
    [TestCase("""{"type":9,"sequenceId":-9223372036854775808}""")]
    [TestCase("""{"type":3,"invocationId":"s1","result":1}""")]
    public async Task MessageThatIsNothingToTheGateway_IsIgnored_AndWhatFollowsIsRead(string message)
    {
        // What comes with it, and begins behind it, must neither wait for ever nor be waited for in a loop.
        await _client.SendAsync(message + "\u001e" + """{"type":1,"invocationId":"next","target":"Unsubscribe","arguments":["chat:lobby"]}""");
        Assert.That((await _client.NextOfTypeAsync(3))["invocationId"]!.GetValue<string>(), Is.EqualTo("next"));
    }

    [Test]
    public async Task Streams_AreNothingAMethodTakes()
    {
        await _client.SendAsync("""{"type":1,"invocationId":"1","target":"Send","streamIds":["s"],"arguments":["chat:lobby","message",1]}""");
        Assert.That((await _client.NextOfTypeAsync(3))["error"]!.GetValue<string>(), Does.StartWith("invalid_request: "));
    }

    [Test]
    public async Task Message_OfExactlyTheBound_IsTaken()
    {
        const string Before = """{"type":1,"invocationId":"1","target":"Send","arguments":["live:a","message",""";
        await _client.SendAsync(Before + '"' + new string('x', 65_536 - Before.Length - 4) + "\"]}");
        var taken = await _client.NextOfTypeAsync(3);
        await _client.SendAsync(Before + '"' + new string('x', 65_537 - Before.Length - 4) + "\"]}");
        var refused = await _client.NextOfTypeAsync(3);
        Assert.Multiple(() =>
        {
            Assert.That(taken["error"], Is.Null);
            Assert.That(refused["error"]!.GetValue<string>(), Does.StartWith("payload_too_large: "));
        });
    }

    [Test]
    public async Task Streaming_OfAMethodThatAnswersOnce_IsRefused()
    {
        await _client.SendAsync("""{"type":4,"invocationId":"7","target":"Send","arguments":["chat:lobby","message",1]}""");
        Assert.That(
            (await _client.NextOfTypeAsync(3))["error"]!.GetValue<string>(),
            Is.EqualTo("invalid_request: This method answers once; invoke it, do not stream it."));
    }

    [Test]
    public async Task BinaryFrameWithInvalidUtf8_IsRefused_AndNobodyGetsIt()
    {
        byte[] message =
        [
            .. """{"type":1,"invocationId":"42","target":"Send","arguments":["chat:lobby","message","x"""u8,
            0xFF,
            .. "\"]}\u001e"u8,
        ];
        await _client.SendBinaryAsync(message);
        Assert.That(
            (await _client.NextOfTypeAsync(3))["error"]!.GetValue<string>(),
            Is.EqualTo("invalid_request: The data is not valid UTF-8."));
    }

    private static string Nested(int depth) => new StringBuilder().Append('[', depth).Append(']', depth).ToString();

    private async Task<string?> ErrorOfAsync(string method, string arguments) =>
        (await _client.InvokeAsync(method, arguments))["error"]?.GetValue<string>();
}
