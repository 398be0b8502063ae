using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>The program is asked to stop (promise 12).</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class DrainTests
{
    private const int Clients = 50;

    /// <summary>How long a stop may take, however it goes, and what a busy machine adds.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(30 + 3);

    private readonly Stopwatch _sinceTerm = new();
    private GatewayProgram _program = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _program = await GatewayProgram.StartAsync(ProgramTests.Binary, Repository.Folder, ("ASPNETCORE_ENVIRONMENT", "Development"));
        _ = _program.UntilItEndsAsync(); // What it says is read from the start; each test awaits it.
        _sinceTerm.Reset();
    }

    [TearDown]
    public async Task StopAsync() => await _program.DisposeAsync();

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Sigterm_TellsEveryClientToComeBack_OneAfterAnother_AndAnswersWhatWasSentBefore()
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RawClient.ConnectAsync(HubUrl, token: null)));
        var publisher = clients[0];
        await publisher.SendAsync("""{"type":1,"invocationId":"7","target":"Send","arguments":["chat:lobby","message",1]}""");
        await TerminateAsync();
        var acknowledged = await publisher.NextOfTypeAsync(3);
        var told = clients.Select(UntilToldAsync).ToArray();

        await UntilReadyIsAsync(HttpStatusCode.ServiceUnavailable);
        using var http = new HttpClient();
        using var negotiation = await http.PostAsync(HubUrl + "/negotiate?negotiateVersion=1", content: null).InTime();
        using var transport = await http.GetAsync(HubUrl).InTime();
        var refusal = JsonNode.Parse(await negotiation.Content.ReadAsStringAsync())!;
        using var live = await http.GetAsync(_program.Url + "health/live").InTime();

        var times = (await Task.WhenAll(told)).Order().ToArray();
        var (exitCode, said) = await _program.UntilItEndsAsync().WaitAsync(LongestStop);
        Assert.Multiple(() =>
        {
            Assert.That((string?)acknowledged["invocationId"], Is.EqualTo("7"));
            Assert.That(acknowledged["result"]?["offset"]?.GetValue<long>(), Is.EqualTo(1), acknowledged.ToJsonString());
            Assert.That(negotiation.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That((string?)refusal["code"], Is.EqualTo("unavailable"));
            Assert.That(negotiation.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(transport.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(live.StatusCode, Is.EqualTo(HttpStatusCode.OK), "it serves still");
            Assert.That(times[^1], Is.LessThan(TimeSpan.FromSeconds(10 + 3)));
            Assert.That(times[^1] - times[0], Is.GreaterThan(TimeSpan.FromSeconds(5)), "spread");
            Assert.That(times.Count(time => time < times[0] + TimeSpan.FromSeconds(1)), Is.LessThan(Clients / 3), "not all at once");
            Assert.That(exitCode, Is.Zero);
            Assert.That(_sinceTerm.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
            Assert.That(said, Does.Contain($"The gateway is stopping: {Clients} sessions are told to connect again."));
            Assert.That(said, Does.Contain("; 0 are left."));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Sigterm_EndsEveryEventStream_WithAWordOfWhy_AndTakesNoNewOne()
    {
        using var http = new HttpClient { Timeout = LongestStop };
        var url = _program.Url + "sse?channel=chat:lobby";
        var streams = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead).InTime()));
        await TerminateAsync();
        await UntilReadyIsAsync(HttpStatusCode.ServiceUnavailable);
        using var late = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead).InTime();
        var refusal = JsonNode.Parse(await late.Content.ReadAsStringAsync())!;

        var heard = await Task.WhenAll(streams.Select(stream => stream.Content.ReadAsStringAsync())); // Fails at a stream that is cut.
        var (exitCode, said) = await _program.UntilItEndsAsync().WaitAsync(LongestStop);
        Assert.Multiple(() =>
        {
            Assert.That(late.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That((string?)refusal["code"], Is.EqualTo("unavailable"));
            Assert.That(heard, Has.Length.EqualTo(Clients).And.All.Contains("event: closed\n").And.All.Contains("\"unavailable\""));
            Assert.That(exitCode, Is.Zero);
            Assert.That(_sinceTerm.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
            Assert.That(said, Does.Contain($"The gateway is stopping: {Clients} sessions are told to connect again."));
            Assert.That(said, Does.Contain("; 0 are left."));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Sigterm_EndsTheProgramAtOnce_WithoutSessions()
    {
        await TerminateAsync();
        var (exitCode, said) = await _program.UntilItEndsAsync().InTime();
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.Zero);
            Assert.That(said, Does.Contain("The gateway is stopping: 0 sessions"));
            Assert.That(_sinceTerm.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
        });
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task Sigterm_EndsTheProgramInTime_WhateverClientsDo()
    {
        // One does not read, one does not end a request, one does not shake hands.
        using var slow = await SlowReader.SubscribeAsync(HubUrl, "chat:lobby");
        await using var publisher = await RawClient.ConnectAsync(HubUrl, token: null);
        var stopped = slow.StopReadingAsync();
        await publisher.InvokeAsync("Send", """["chat:lobby","message",{"at":1}]""");
        await stopped;
        var payload = new string('x', 30_000);
        for (var i = 0; i < 30; i++)
        {
            await publisher.InvokeAsync("Send", $$"""["chat:lobby","message","{{payload}}"]""");
        }

        using var endless = await RawPeer.ConnectAsync(_program.Url);
        await endless.SayAsync("POST /dev/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
        await using var mute = await RawClient.OpenAsync(HubUrl);

        await TerminateAsync();
        var (exitCode, _) = await _program.UntilItEndsAsync().WaitAsync(LongestStop);
        Assert.That(exitCode, Is.Zero);
    }

    private string HubUrl => _program.Url + "realtime";

    private async Task TerminateAsync()
    {
        _sinceTerm.Start();
        await _program.TerminateAsync();
    }

    private async Task<TimeSpan> UntilToldAsync(RawClient client)
    {
        var close = await client.NextOfTypeAsync(7);
        Assert.That(close["allowReconnect"]?.GetValue<bool>(), Is.True);
        Assert.That((string?)close["error"], Is.EqualTo("unavailable: The gateway is stopping; connect again."));
        var elapsed = _sinceTerm.Elapsed;
        await client.DisposeAsync();
        return elapsed;
    }

    private async Task UntilReadyIsAsync(HttpStatusCode status)
    {
        using var http = new HttpClient();
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        while (true)
        {
            using var answer = await http.GetAsync(_program.Url + "health/ready", timeout.Token);
            if (answer.StatusCode == status)
            {
                Assert.That(await answer.Content.ReadAsStringAsync(timeout.Token), Is.EqualTo("""{"status":"draining"}"""));
                return;
            }
        }
    }
}
