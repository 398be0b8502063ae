using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeGateway.Tests.MessagePack;
using RealtimeGateway.Tests.Protocol;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>Whatever a client sends as MessagePack, nobody else notices: a refusal, or the end of its own connection with a reason.</summary>
[TestFixture]
public sealed class HostileMessagePackTests
{
    private const int Seed = 20260115;
    private const int Mutations = 2_000;

    private static readonly byte[] FloodPiece = new byte[16 * 1024];
    private static readonly byte[] Last = Packed.Message("""[1,{},"last","Unsubscribe",["live:a"],[]]""");

    private TestGateway _gateway = null!;
    private TestClient _json = null!;
    private TestClient _packed = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync();
        _json = await _gateway.ConnectAsync();
        _gateway.SpeaksMessagePack = true;
        _packed = await _gateway.ConnectAsync();
        await _json.SubscribeAsync("chat:bystanders");
        await _packed.SubscribeAsync("chat:bystanders");
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task MutatedCalls_AreAnswered_OrEndTheirConnection_AndNothingElse()
    {
        var random = new Random(Seed);
        var calls = CallSamples.Names.Select(ReadSample).ToArray();
        var client = await _gateway.ConnectRawMessagePackAsync();
        var (answered, ended) = (0, 0);
        for (var i = 0; i < Mutations; i++)
        {
            // Its length is right, so what is behind it is answered too, unless the connection ended.
            await client.TrySendAsync([.. Packed.Framed(Mutate(calls[random.Next(calls.Length)], random)), .. Last]);
            if (await OutcomeOfAsync(client))
            {
                answered++;
            }
            else
            {
                ended++;
                await client.DisposeAsync();
                client = await _gateway.ConnectRawMessagePackAsync();
            }
        }

        await TestContext.Out.WriteLineAsync($"Seed {Seed}: {answered} were answered, {ended} ended their connection.");
        Assert.Multiple(() =>
        {
            Assert.That(answered, Is.GreaterThan(Mutations / 10));
            Assert.That(ended, Is.GreaterThan(Mutations / 10));
        });
        await AssertBystandersHearAsync();
    }

    [Test]
    public async Task MutatedFrames_EndTheirConnection_OrWaitForTheirRest_AndNothingElse()
    {
        var random = new Random(Seed);
        var calls = CallSamples.Names.Select(ReadSample).Select(Packed.Framed).ToArray();
        var (answers, reasons) = (0, 0);
        for (var i = 0; i < Mutations / 10; i++)
        {
            await using var client = await _gateway.ConnectRawMessagePackAsync();
            await client.TrySendAsync(Mutate([.. calls[random.Next(calls.Length)], .. calls[random.Next(calls.Length)]], random));

            // The gateway sees the end before much of it is answered, or after; what it says is in order, and it ends.
            foreach (var message in await client.EndAsync())
            {
                answers += IsOfType(message, 3) ? 1 : 0;
                reasons += IsOfType(message, 7) && message[1] is not null ? 1 : 0;
                AssertReason(message);
            }
        }

        await TestContext.Out.WriteLineAsync($"Seed {Seed}: {answers} calls were answered, {reasons} connections were told why they end.");
        await AssertBystandersHearAsync();
    }

    [Test]
    public async Task Messages_ThatClaimGigabytes_AreNotKept()
    {
        const int Connections = 4;
        var clients = new List<RawMessagePackClient>();
        for (var i = 0; i < Connections; i++)
        {
            var client = await _gateway.ConnectRawMessagePackAsync();
            await client.SendAsync(Packed.Hex("ffffffff07"));
            clients.Add(client);
        }

        // The first of it fills the buffers that every connection has.
        await Task.WhenAll(clients.Select(client => FloodAsync(client, pieces: 100))).InTime();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Task.WhenAll(clients.Select(client => FloodAsync(client, pieces: 5_000))).InTime();
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;

        await TestContext.Out.WriteLineAsync($"Of {Connections * 5_000L * FloodPiece.Length / 1_000_000} MB, {kept / 1_000} kB were kept.");

        // The web server itself reads 1 MiB ahead of whoever it reads for.
        Assert.That(kept, Is.LessThan(Connections * 2 * 1024 * 1024));
        await AssertBystandersHearAsync();
    }

    [Test]
    public async Task Messages_ThatClaimMoreThanTheyBring_HoldUpNobody()
    {
        for (var i = 0; i < 20; i++)
        {
            var client = await _gateway.ConnectRawMessagePackAsync();
            await client.SendAsync([0x80, 0x80, 0x04, 0x96, 0x01]);
        }

        await AssertBystandersHearAsync();
    }

    [Test]
    public async Task DataThatGrowsInMessagePack_IsHeardByBoth()
    {
        // The densest that JSON can be against MessagePack: three bytes that become nine.
        var dense = "[" + string.Join(',', Enumerable.Repeat("-0", 21_000)) + "]";
        await _json.SendAsync("chat:bystanders", "message", JsonElement.Parse(dense));
        Assert.Multiple(async () =>
        {
            Assert.That((await _json.NextEventAsync()).Data.GetArrayLength(), Is.EqualTo(21_000));
            Assert.That((await _packed.NextEventAsync()).Data.GetArrayLength(), Is.EqualTo(21_000));
        });
    }

    private async Task AssertBystandersHearAsync()
    {
        var sender = await _gateway.ConnectRawMessagePackAsync();
        var completion = await sender.InvokeAsync("Send", """["chat:bystanders","message","still here"]""");
        Assert.That(completion[3]!.GetValue<int>(), Is.EqualTo(3));
        foreach (var bystander in new[] { _json, _packed })
        {
            while ((await bystander.NextEventAsync()).Data is not { ValueKind: JsonValueKind.String } data || data.GetString() != "still here")
            {
                // What a mutated call published is heard too, if it was in order.
            }
        }
    }

    private static async Task FloodAsync(RawMessagePackClient client, int pieces)
    {
        for (var i = 0; i < pieces; i++)
        {
            await client.SendAsync(FloodPiece);
        }
    }

    // True when it goes on, false when it ended with a reason.
    private static async Task<bool> OutcomeOfAsync(RawMessagePackClient client)
    {
        while (true)
        {
            var next = await client.NextOfTypeAsync(3, 7);
            Assert.That(next, Is.Not.Null, "an end has a reason");
            AssertReason(next);
            if (IsOfType(next, 7))
            {
                return false;
            }

            if (next[2]!.GetValue<string>() == "last")
            {
                return true;
            }
        }
    }

    private static bool IsOfType(JsonArray message, int type) => message[0]!.GetValue<int>() == type;

    // A call can become the client's own end, which is answered by an end without a reason.
    private static void AssertReason(JsonArray message)
    {
        if (IsOfType(message, 7))
        {
            Assert.That(message[1]?.GetValue<string>(), Is.Null.Or.Match("^[a-z_]+: [A-Z].*\\.$"));
        }
    }

    private static byte[] Mutate(byte[] message, Random random)
    {
        var mutated = message.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(5))
            {
                case 0:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 2:
                    mutated.Insert(at, (byte)random.Next(256));
                    break;
                case 3 when mutated.Count > 1:
                    mutated.RemoveAt(at);
                    break;
                default:
                    mutated.InsertRange(at, [0xDD, 0xFF, 0xFF, 0xFF, 0xFF]);
                    break;
            }
        }

        return [.. mutated];
    }

    // Without its length.
    private static byte[] ReadSample(string name)
    {
        var framed = Convert.FromHexString(File.ReadAllText(Repository.PathOf($"testdata/protocol/messagepack/{name}.hex")).Trim());
        return framed[(Array.FindIndex(framed, next => next < 0x80) + 1)..];
    }
}
