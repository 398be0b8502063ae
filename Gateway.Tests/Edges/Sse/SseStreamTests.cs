using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Edges.Sse;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.Sse;

/// <summary>What a stream is on the wire.</summary>
[TestFixture]
public sealed partial class SseStreamTests
{
    private static readonly (string Key, string Value)[] PlainChannels =
    [
        ("Channels:4:Pattern", "plain:*"),
        ("Channels:4:Read:0", "any"),
        ("Channels:4:History:Size", "10"),
    ];

    private readonly ManualTime _time = new();
    private TestGateway _gateway = null!;
    private IRealtimePublisher _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync(
            PlainChannels,
            services => services.AddSingleton<TimeProvider>(_time).AddResponseCompression(options =>
            {
                options.EnableForHttps = true;
                options.MimeTypes = ["text/event-stream"];
            }),
            app => app.UseResponseCompression());
        _server = _gateway.Services.GetRequiredService<IRealtimePublisher>();
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task Events_AreTheHubsObjects_EachOnOneLine_ByteForByte()
    {
        using var response = await SseClient.GetAsync(_gateway, "?channel=plain:a&channel=plain:b");
        var stream = await response.Content.ReadAsStreamAsync();
        var subscribed = await ReadAsync(stream, "\n\n");
        var epochs = EpochPattern().Matches(subscribed).Select(match => match.Groups[1].Value).ToArray();
        var vector = new PositionVector(["plain:a", "plain:b"]);
        vector.Move("plain:a", new Position(epochs[0], 0));
        vector.Move("plain:b", new Position(epochs[1], 0));
        Assert.That(subscribed, Is.EqualTo(
            "event: subscribed\n" +
            $$"""data: {"id":"default","key":null,"channels":[{"channel":"plain:a","epoch":"{{epochs[0]}}","offset":0},{"channel":"plain:b","epoch":"{{epochs[1]}}","offset":0}]}""" +
            "\n" + FieldOf(vector)));

        var one = await _server.PublishAsync("plain:b", "message", new { text = "hello" });
        vector.Move("plain:b", new Position(epochs[1], 1));
        Assert.That(await ReadAsync(stream, "\n\n"), Is.EqualTo(
            "event: event\n" +
            $$"""data: {"channel":"plain:b","event":"message","data":{"text":"hello"},"id":"{{one.Id}}","epoch":"{{epochs[1]}}","offset":1,"time":"2030-01-01T00:00:00Z","sender":null}""" +
            "\n" + FieldOf(vector)));
    }

    [Test]
    public async Task Head_ForbidsToKeepOrCollectOrCompress()
    {
        using var response = await SseClient.GetAsync(_gateway, "?channel=plain:a");
        Assert.Multiple(() =>
        {
            Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/event-stream"));
            Assert.That(response.Headers.CacheControl?.ToString(), Is.EqualTo("no-store"));
            Assert.That(response.Headers.GetValues("X-Accel-Buffering"), Is.EqualTo(new[] { "no" }));
        });

        // A client that would take it compressed gets it as it is, though the host compresses event streams.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sse?channel=plain:a") { Headers = { { "Accept-Encoding", "gzip, br" } } };
        using var compressed = await _gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime();
        Assert.That(await ReadAsync(await compressed.Content.ReadAsStreamAsync(), "\n\n"), Does.StartWith("event: subscribed\n"));
    }

    [Test]
    public async Task Silence_IsBrokenByAComment_Every15Seconds()
    {
        using var response = await SseClient.GetAsync(_gateway, "?channel=plain:a");
        var stream = await response.Content.ReadAsStreamAsync();
        await ReadAsync(stream, "\n\n");
        for (var i = 0; i < 2; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(14));
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.That(await ReadAsync(stream, "\n\n"), Is.EqualTo(":\n\n"));
        }
    }

    [Test]
    public async Task HostileText_BreaksNoLine_AndComesAsItWas()
    {
        var texts = new[] { "a\r\nevent: closed\ndata: {}\n\n", "\u2028\u2029\u0085", "id: forged\n", "\0\u001e", "\ud83d\ude00" };
        var (client, _) = await SseClient.SubscribeAsync(_gateway, "?channel=plain:a");
        foreach (var text in texts)
        {
            await _server.PublishAsync(new PublishRequest
            {
                Channel = "plain:a",
                Event = "data:x",
                Data = JsonElement.Parse($"{{\r\n\"text\"\n:\r{JsonSerializer.Serialize(text)}\n}}"),
            });
        }

        foreach (var text in texts)
        {
            var next = await client.NextAsync();
            Assert.Multiple(() =>
            {
                Assert.That(next.EventType, Is.EqualTo("event"));
                Assert.That(next.Data, Does.Not.Contain("\n").And.Not.Contain("\r"));
                Assert.That(JsonElement.Parse(next.Data).GetProperty("event").GetString(), Is.EqualTo("data:x"));
                Assert.That(JsonElement.Parse(next.Data).GetProperty("data").GetProperty("text").GetString(), Is.EqualTo(text));
                Assert.That(PositionVector.Read(["plain:a"], client.LastId).Error, Is.Null);
            });
        }

        client.Dispose();
    }

    [Test]
    public async Task CallsOfServerCode_AreForClientsOfSignalR_AndPassAStreamBy()
    {
        var (client, _) = await SseClient.SubscribeAsync(_gateway, "?channel=plain:a");
        var hub = _gateway.Services.GetRequiredService<IHubContext<RealtimeHub, IRealtimeClient>>();
        await hub.Clients.Group("plain:a").Subscription(new SubscriptionMessage("plain:a", "any"));
        await hub.Clients.All.Subscription(new SubscriptionMessage("plain:a", "any"));
        await _server.BroadcastAsync("notice", 1);
        Assert.That((await client.NextAsync()).EventType, Is.EqualTo("event"));
        client.Dispose();
    }

    [TestCase("plain:a%0Aevent:%20closed%0A%0A")]
    [TestCase("plain:a%0D%0A%0D%0Adata:x")]
    [TestCase("plain:%E2%80%A8")]
    [TestCase("plain:*")]
    public async Task HostileChannelName_IsRefused(string name)
    {
        using var response = await SseClient.GetAsync(_gateway, "?channel=" + name);
        Assert.That(JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("code").GetString(), Is.EqualTo("invalid_channel"));
    }

    private static string FieldOf(PositionVector vector) => Encoding.ASCII.GetString(vector.ToField().Span);

    private static async Task<string> ReadAsync(Stream stream, string end)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            Assert.That(await stream.ReadAsync(one).AsTask().InTime(), Is.EqualTo(1), "the stream goes on");
            text.Append((char)one[0]);
        }

        return text.ToString();
    }

    [GeneratedRegex("\"epoch\":\"([^\"]+)\"")]
    private static partial Regex EpochPattern();
}
