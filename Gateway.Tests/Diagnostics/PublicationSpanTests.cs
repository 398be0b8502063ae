using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Diagnostics;

/// <summary>The span of a publication, and whose child it is.</summary>
[TestFixture]
public sealed class PublicationSpanTests
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private ActivityListener _listener = null!;
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _ended.Clear();
        _gateway = await TestGateway.StartAsync();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is PublicationSpan.SourceName or "Microsoft.AspNetCore.SignalR.Server" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _listener.Dispose();
        await _gateway.DisposeAsync();
    }

    [Test]
    public async Task Call_HasAPublicationAsItsChild_ThatSaysHowMuchAndNotWhat()
    {
        var client = await _gateway.ConnectRawAsync();
        await client.InvokeAsync("Publish", """[{"channels":["chat:a-name","chat:b"],"event":"message","data":"a-payload"}]""");
        await client.InvokeAsync("Unsubscribe", """["chat:a-name"]"""); // The call's own span has ended by then.

        var span = _ended.Single(activity => activity.OperationName == PublicationSpan.Name);
        var call = _ended.Single(activity => activity.DisplayName.EndsWith("/Publish", StringComparison.Ordinal));
        var tags = span.TagObjects.ToDictionary();
        Assert.Multiple(() =>
        {
            Assert.That(span.ParentSpanId, Is.EqualTo(call.SpanId));
            Assert.That(span.TraceId, Is.EqualTo(call.TraceId));
            Assert.That(tags, Is.EquivalentTo(new Dictionary<string, object?> { ["realtime.channels"] = 2, ["messaging.message.body.size"] = 11 }));
            Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Unset));
            Assert.That(span.Duration, Is.GreaterThan(TimeSpan.Zero));
        });
    }

    [Test]
    public async Task Request_HasAPublicationAsItsChild()
    {
        using var body = new StringContent("""{"channel":"chat:a","event":"message"}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await _gateway.Http.PostAsync("/api/publish", body).InTime();
        Assert.That(response.IsSuccessStatusCode, Is.True);
        var span = _ended.Single(activity => activity.OperationName == PublicationSpan.Name);
        Assert.That(span.Parent?.OperationName, Is.EqualTo("Microsoft.AspNetCore.Hosting.HttpRequestIn"));
    }

    [Test]
    public async Task ServerCode_HasIt_UnderItsOwnSpan()
    {
        using var own = new Activity("own").Start();
        await _gateway.Services.GetRequiredService<IRealtimePublisher>().PublishAsync("chat:a", "message", 1);
        Assert.That(_ended.Single(activity => activity.OperationName == PublicationSpan.Name).ParentSpanId, Is.EqualTo(own.SpanId));
    }

    [Test]
    public async Task Refusal_IsInIt_ByItsCode()
    {
        var client = await _gateway.ConnectRawAsync();
        await client.InvokeAsync("Publish", """[{"channel":"chat:a","event":"message","data":1,"id":"one"}]""");
        await client.InvokeAsync("Publish", """[{"channel":"chat:a","event":"message","data":2,"id":"one"}]""");
        var span = _ended.Last(activity => activity.OperationName == PublicationSpan.Name);
        Assert.Multiple(() =>
        {
            Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Error));
            Assert.That(span.GetTagItem("error.type"), Is.EqualTo("conflict"));
        });
    }
}
