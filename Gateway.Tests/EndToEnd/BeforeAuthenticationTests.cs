using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>Who connects and says nothing, or nothing that ends, takes little of the gateway, and not for long.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class BeforeAuthenticationTests
{
    private const string Here = "198.51.100.1";
    private const string Elsewhere = "198.51.100.2";
    private const string Room = "chat:vanishing";
    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";
    private const string Subscribe = "{\"type\":1,\"invocationId\":\"1\",\"target\":\"Subscribe\",\"arguments\":[\"" + Room + "\"]}\u001e";

    private const string Upgrade =
        "GET /realtime HTTP/1.1\r\nHost: gateway\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    // A text frame of a terabyte, masked by zeros.
    private static readonly byte[] EndlessFrame = [0x81, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly List<IDisposable> _open = [];

    [TearDown]
    public void Close()
    {
        foreach (var one in _open)
        {
            one.Dispose();
        }

        _open.Clear();
    }

    [Test]
    public async Task OldestOfAnAddress_MakesRoom_AndNobodyElseIsTouched()
    {
        await using var gateway = await StartAsync(("Limits:UnfinishedPerAddress", "5"), ("Limits:HandshakeTimeout", "00:01:00"));
        await using var session = await TestClient.ConnectAsync(gateway.HubUrlFrom(Here), token: null);
        var elsewhere = await OpenAsync(gateway, Elsewhere);
        var silent = new List<ClientWebSocket>();
        for (var i = 0; i < 8; i++)
        {
            silent.Add(await OpenAsync(gateway, Here));
        }

        foreach (var oldest in silent[..3])
        {
            await EndOfAsync(oldest);
        }

        // Who has something to say needs the room of the next, and gives it back.
        await using var client = await TestClient.ConnectAsync(gateway.HubUrlFrom(Here), token: null);
        await client.SubscribeAsync("chat:a");
        await EndOfAsync(silent[3]);
        foreach (var open in silent[4..].Append(elsewhere))
        {
            Assert.That(await TalkAsync(open, Handshake), Is.EqualTo("{}\u001e"), "it is still waited for");
        }

        await session.SubscribeAsync("chat:a");
    }

    [Test]
    public async Task Negotiations_ThatNobodyTakesUp_AreBounded_ForTheirAddressAlone()
    {
        await using var gateway = await TestGateway.StartAsync(
            [TestProxy.Trust, ("Limits:Negotiated", "3")],
            services => services.AddSingleton<TimeProvider>(new ManualTime()),
            TestProxy.Use);
        var first = await NegotiateAsync(gateway, Here);
        await NegotiateAsync(gateway, Here);
        await NegotiateAsync(gateway, Here);
        using var refused = await gateway.Http.PostAsync($"/realtime/negotiate?negotiateVersion=1&from={Here}", null);
        var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
        Assert.Multiple(() =>
        {
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(15)));
            Assert.That(problem["code"]!.GetValue<string>(), Is.EqualTo("limit_exceeded"));
            Assert.That(problem["detail"]!.GetValue<string>(), Is.EqualTo("Too many connections were negotiated in so short a time."));
            Assert.That(problem["retryAfter"]!.GetValue<int>(), Is.EqualTo(15));
        });
        await NegotiateAsync(gateway, Elsewhere);
        await using var direct = await TestClient.ConnectAsync(gateway.HubUrlFrom(Here), token: null);
        await direct.SubscribeAsync("chat:a");

        // SignalR lets go of what it made for a connection only when one of its own transports takes it up.
        using var taken = await gateway.Http.GetAsync($"/realtime?id={first}&from={Here}").InTime();
        Assert.That(taken.IsSuccessStatusCode, Is.True);
        await NegotiateAsync(gateway, Here);
    }

    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task Silence_IsEnded_OnEveryTransport()
    {
        await using var gateway = await StartAsync(("Limits:HandshakeTimeout", "00:00:01"));
        var clock = Stopwatch.StartNew();
        var stream = await NegotiateAsync(gateway, Here);
        var polled = await NegotiateAsync(gateway, Here);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/realtime?id={stream}");
        request.Headers.Accept.Add(new("text/event-stream"));
        using var events = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime();
        using var first = await gateway.Http.GetAsync($"/realtime?id={polled}").InTime();
        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.OK), "the first poll is answered at once");
        await Task.WhenAll(ReadToTheEndAsync(events), PollToTheEndAsync(), EndOfAsync(await OpenAsync(gateway, Here)));
        Assert.That(clock.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(1)).And.LessThan(TimeSpan.FromSeconds(10)), "SignalR would wait for 65 s");
        foreach (var id in new[] { stream, polled })
        {
            using var gone = await gateway.Http.PostAsync($"/realtime?id={id}", new StringContent(Handshake)).InTime();
            Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        }

        async Task PollToTheEndAsync()
        {
            HttpStatusCode status;
            do
            {
                using var poll = await gateway.Http.GetAsync($"/realtime?id={polled}").InTime();
                status = poll.StatusCode;
            }
            while (status == HttpStatusCode.OK);
            Assert.That(status, Is.EqualTo(HttpStatusCode.NoContent).Or.EqualTo(HttpStatusCode.NotFound));
        }
    }

    // All at the same time: each takes as long as it takes.
    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task WhoSaysNothing_OrVanishes_IsGoneWithin45Seconds()
    {
        await using var program = await StartProgramAsync();
        using var http = new HttpClient { BaseAddress = new Uri(program.Url) };
        await using var observer = await TestClient.ConnectAsync(program.Url + "realtime", token: null);
        await observer.SubscribeAsync(Room);
        var left = new SemaphoreSlim(0);
        observer.Hub.On<PresenceMessage>("presence", message => left.Release(message.Type == "leave" ? 1 : 0));

        // Who polls sends nothing else while he has nothing to say, and his polls show that he is there.
        using var enough = new CancellationTokenSource();
        var polling = PollAsync(http, await BeginPollingAsync(http), enough.Token);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(
            AssertEndsAsync("nothing", await ConnectAsync(program, string.Empty)),
            AssertEndsAsync("half a request", await ConnectAsync(program, "GET /realtime HTTP/1.1\r\nHost: gateway\r\nX-Half")),
            AssertEndsAsync("a header without an end", await ConnectAsync(program, "GET /realtime HTTP/1.1\r\nHost: gateway\r\nX-Slow: "), andOn: "x"),
            AssertEndsAsync("a request without its body", await ConnectAsync(program, "POST /realtime/negotiate HTTP/1.1\r\nHost: gateway\r\nContent-Length: 9\r\n\r\n")),
            AssertEndsAsync("a request and no other", await ConnectAsync(program, "GET /nothing HTTP/1.1\r\nHost: gateway\r\n\r\n")),
            AssertEndsAsync("a WebSocket", await UpgradeAsync(program)),
            AssertIsForgottenAsync(http, await NegotiateAsync(http)),
            VanishFromWebSocketAsync(program, andOn: null),
            VanishFromWebSocketAsync(program, andOn: "x"),
            VanishFromEventStreamAsync(http),
            BeginPollingAsync(http),
            AssertSilentIsToldToComeBackAsync(program),
            AllLeaveAsync(4));
        Assert.That(clock.Elapsed, Is.LessThan(Limit));
        await Task.Delay(TimeSpan.FromSeconds(2)); // He would be gone by now.
        Assert.That((await observer.GetMembersAsync(Room)).Count, Is.EqualTo(2), "the observer, and the one that polls");
        await enough.CancelAsync();
        await polling;

        async Task AllLeaveAsync(int members)
        {
            for (var i = 0; i < members; i++)
            {
                Assert.That(await left.WaitAsync(Limit), Is.True, $"{members - i} are still there");
            }
        }
    }

    // A page that was suspended reads it when it goes on, and its client reconnects.
    private static async Task AssertSilentIsToldToComeBackAsync(GatewayProgram program)
    {
        await using var silent = await RawClient.ConnectAsync(program.Url + "realtime", token: null);
        JsonNode message;
        do
        {
            message = await silent.NextAsync();
        }
        while (message["type"]!.GetValue<int>() != 7);
        Assert.That(
            message.ToJsonString(),
            Is.EqualTo("""{"type":7,"error":"unavailable: The client said nothing for 30 s; connect again.","allowReconnect":true}"""));
    }

    [Test]
    [RealTime(bearableSeconds: 0.5)]
    public async Task ThousandsThatSayNothing_LeaveRoomForARealClient()
    {
        const int Silent = 3_000;
        const int Most = 1_000; // The default of one address.
        await using var program = await StartProgramAsync(("Gateway__Limits__HandshakeTimeout", "00:01:00"));
        using var http = new HttpClient { BaseAddress = new Uri(program.Url) };
        await OpenManyAsync(500, () => ConnectAsync(program, string.Empty));
        await Parallel.ForEachAsync(Enumerable.Range(0, Most - 1), async (_, _) => await NegotiateAsync(http));
        var silent = await OpenManyAsync(Silent, () => UpgradeAsync(program));

        var clock = Stopwatch.StartNew();
        await using var direct = await TestClient.ConnectAsync(program.Url + "realtime", token: null);
        await direct.SubscribeAsync("chat:lobby");
        var first = clock.Elapsed;
        clock.Restart();
        await using var negotiated = await TestClient.ConnectAsync($"{program.Url}realtime?id={await NegotiateAsync(http)}", token: null);
        await negotiated.SubscribeAsync("chat:lobby");
        Assert.Multiple(() =>
        {
            Assert.That(first, Is.LessThan(TimeSpan.FromSeconds(2)));
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)), "with a negotiation");
        });

        var ended = 0;
        await foreach (var _ in Task.WhenEach(silent.Select(peer => peer.Ended)).WithCancellation(new CancellationTokenSource(Bounds.Timeout).Token))
        {
            if (++ended == Silent - Most)
            {
                break;
            }
        }

        Assert.That(silent.Count(peer => !peer.Ended.IsCompleted), Is.InRange(Most - 2, Most), "the newest are still waited for, but for the room that the clients needed");
    }

    // What they send is 4 MiB each.
    [TestCase("on a WebSocket", 768)]
    [TestCase("to a connection that nobody began", 256)]
    public async Task WhoSendsWithoutEnd_BeforeItHasBegun_TakesLittleMemory(string how, int mostKilobytesOfEach)
    {
        const int Peers = 200;
        await using var program = await StartProgramAsync(("Gateway__Limits__HandshakeTimeout", "00:01:00"));
        using var http = new HttpClient { BaseAddress = new Uri(program.Url) };
        var start = how == "on a WebSocket" ? string.Empty : $"POST /realtime?id={await NegotiateAsync(http)} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 20000000\r\n\r\n";
        var peers = await OpenManyAsync(Peers, () => start.Length == 0 ? UpgradeAsync(program) : ConnectAsync(program, string.Empty));
        var before = program.MemoryBytes;
        await Task.WhenAll(peers.Select(async peer =>
        {
            await (start.Length == 0 ? peer.SayAsync(EndlessFrame, CancellationToken.None) : peer.SayAsync(start));
            await peer.FloodAsync(TimeSpan.FromSeconds(3), 4 * 1024 * 1024);
        }));
        Assert.That(program.MemoryBytes - before, Is.LessThan(Peers * mostKilobytesOfEach * 1024L));
        await using var client = await TestClient.ConnectAsync(program.Url + "realtime", token: null);
        await client.SubscribeAsync("chat:lobby");
    }

    private static Task<TestGateway> StartAsync(params (string Key, string Value)[] settings) =>
        TestGateway.StartAsync([TestProxy.Trust, .. settings], pipeline: TestProxy.Use);

    private static Task<GatewayProgram> StartProgramAsync(params (string Name, string Value)[] environment) =>
        GatewayProgram.StartAsync(ProgramTests.Binary, Repository.Folder, [("ASPNETCORE_ENVIRONMENT", "Development"), .. environment]);

    private static async Task AssertEndsAsync(string what, RawPeer peer, string? andOn = null)
    {
        while (andOn is not null && !peer.Ended.IsCompleted)
        {
            await Task.WhenAny(peer.Ended, Task.Delay(TimeSpan.FromSeconds(1)));
            await peer.TrySayAsync(andOn);
        }

        Assert.That(await peer.Ended.WaitAsync(Limit), Is.LessThan(Limit), what);
    }

    // SignalR forgets one that nobody takes up after 15 s.
    private static async Task AssertIsForgottenAsync(HttpClient http, string id)
    {
        await Task.Delay(TimeSpan.FromSeconds(20));
        using var poll = await http.GetAsync($"/realtime?id={id}").InTime();
        Assert.That(poll.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    // Each of these comes in, is seen, and then neither reads nor says anything that ends; its connection stays open.
    private async Task VanishFromWebSocketAsync(GatewayProgram program, string? andOn)
    {
        var socket = new ClientWebSocket();
        _open.Add(socket);
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{new Uri(program.Url).Port}/realtime"), CancellationToken.None).InTime();
        await TalkAsync(socket, Handshake);
        await TalkAsync(socket, Subscribe);
        try
        {
            for (var i = 0; andOn is not null && i < Limit.TotalSeconds && socket.State == WebSocketState.Open; i++)
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes(andOn), WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None).InTime();
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
        catch (WebSocketException)
        {
            // It was ended.
        }
    }

    private async Task VanishFromEventStreamAsync(HttpClient http)
    {
        var url = "/realtime?id=" + await NegotiateAsync(http);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.Add(new("text/event-stream"));
        _open.Add(await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime());
        await PostAsync(http, url, Handshake);
        await PostAsync(http, url, Subscribe);
    }

    private static async Task<string> BeginPollingAsync(HttpClient http)
    {
        var url = "/realtime?id=" + await NegotiateAsync(http);
        (await http.GetAsync(url).InTime()).EnsureSuccessStatusCode();
        await PostAsync(http, url, Handshake);
        await PostAsync(http, url, Subscribe);
        (await http.GetAsync(url).InTime()).EnsureSuccessStatusCode();
        return url;
    }

    private static async Task PollAsync(HttpClient http, string url, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                (await http.GetAsync(url, cancellationToken)).EnsureSuccessStatusCode();
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }

    private static async Task PostAsync(HttpClient http, string url, string text)
    {
        using var response = await http.PostAsync(url, new StringContent(text)).InTime();
        response.EnsureSuccessStatusCode();
    }

    private static Task<string> NegotiateAsync(TestGateway gateway, string from) => NegotiateAsync(gateway.Http, "&from=" + from);

    private static async Task<string> NegotiateAsync(HttpClient http, string query = "")
    {
        using var response = await http.PostAsync("/realtime/negotiate?negotiateVersion=1" + query, null).InTime();
        response.EnsureSuccessStatusCode();
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["connectionToken"]!.GetValue<string>();
    }

    private static async Task<string> TalkAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).InTime();
        var buffer = new byte[1_000];
        var read = await socket.ReceiveAsync(buffer, CancellationToken.None).InTime();
        return Encoding.UTF8.GetString(buffer, 0, read.Count);
    }

    // A close frame or a cut: either is an end.
    private static async Task EndOfAsync(ClientWebSocket socket)
    {
        try
        {
            while ((await socket.ReceiveAsync(new byte[1_000], CancellationToken.None).InTime()).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            Assert.That(socket.State, Is.EqualTo(WebSocketState.Aborted));
        }
    }

    private static async Task ReadToTheEndAsync(HttpResponseMessage response)
    {
        try
        {
            await response.Content.ReadAsStringAsync().InTime();
        }
        catch (HttpRequestException)
        {
            // Cut off.
        }
    }

    private async Task<ClientWebSocket> OpenAsync(TestGateway gateway, string from)
    {
        var socket = new ClientWebSocket();
        _open.Add(socket);
        await socket.ConnectAsync(new Uri(gateway.HubUrlFrom(from).Replace("http", "ws", StringComparison.Ordinal)), CancellationToken.None).InTime();
        return socket;
    }

    private Task<RawPeer> UpgradeAsync(GatewayProgram program) => ConnectAsync(program, Upgrade);

    private async Task<RawPeer> ConnectAsync(GatewayProgram program, string text)
    {
        var peer = await RawPeer.ConnectAsync(program.Url);
        lock (_open)
        {
            _open.Add(peer);
        }

        await peer.SayAsync(text);
        return peer;
    }

    private static async Task<IReadOnlyList<RawPeer>> OpenManyAsync(int count, Func<Task<RawPeer>> open)
    {
        var peers = new ConcurrentBag<RawPeer>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), async (_, _) => peers.Add(await open()));
        return [.. peers];
    }
}
