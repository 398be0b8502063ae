using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>The program sends what it counts to a collector, where the environment names one.</summary>
[TestFixture]
public sealed class OtlpExportTests
{
    private Collector _collector = null!;

    [SetUp]
    public async Task StartAsync() => _collector = await Collector.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _collector.DisposeAsync();

    [Test]
    public async Task MetricsAndTraces_AreSent_WithoutSecrets()
    {
        var token = TestTokens.For("ann");
        await using var program = await StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", _collector.Url),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_SERVICE_NAME", "the-tests-gateway"));
        await using var client = await RawClient.ConnectAsync($"{program.Url}realtime?access_token={token}", token: null);
        await client.InvokeAsync("Send", """["chat:a-channel-of-somebody","message","a-payload"]""");
        using var http = new HttpClient();
        using var members = await http.GetAsync($"{program.Url}api/channels/chat:lobby/members?access_token={token}&api_key=a-secret-key").InTime();

        var metrics = await _collector.UntilAsync("/v1/metrics", "realtime.publications");
        var traces = await _collector.UntilAsync("/v1/traces", "realtime.publish");
        await client.DisposeAsync();
        await program.TerminateAsync();
        var (exitCode, _) = await program.UntilItEndsAsync().InTime();
        Assert.Multiple(() =>
        {
            Assert.That(metrics, Does.Contain("the-tests-gateway").And.Contain("realtime.sessions").And.Contain("web_sockets"));
            Assert.That(traces, Does.Contain("the-tests-gateway"));
            Assert.That(exitCode, Is.Zero);
            foreach (var secret in (string[])[token, "a-secret-key", "a-channel-of-somebody", "a-payload"])
            {
                Assert.That(_collector.Everything, Does.Not.Contain(secret));
            }
        });
    }

    [Test]
    public async Task Only_WhatIsNamed_IsSent_AndTheLastOfItAtTheEnd()
    {
        await using var program = await StartAsync(("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", _collector.Url + "/v1/metrics"));
        await using (var client = await RawClient.ConnectAsync($"{program.Url}realtime", token: null))
        {
            await client.InvokeAsync("Send", """["chat:lobby","message",1]""");
        }

        await program.TerminateAsync();
        await program.UntilItEndsAsync().InTime();
        Assert.Multiple(() =>
        {
            Assert.That(_collector.Everything, Does.Contain("realtime.publications").And.Contain("realtime-gateway"));
            Assert.That(_collector.Everything, Does.Not.Contain("/v1/traces"));
        });
    }

    [Test]
    public async Task CollectorThatIsAway_HoldsUpNothing()
    {
        await using var program = await StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"));
        await program.TerminateAsync();
        Assert.That((await program.UntilItEndsAsync().InTime()).ExitCode, Is.Zero);
    }

    private static Task<GatewayProgram> StartAsync(params (string Name, string Value)[] environment) => GatewayProgram.StartAsync(
        ProgramTests.Binary,
        Repository.Folder,
        [
            ("ASPNETCORE_ENVIRONMENT", "Development"),
            ("Gateway__Auth__Jwt__Secret", TestTokens.Secret),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            .. environment,
        ]);
}
