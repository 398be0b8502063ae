using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RealtimeGateway.Security;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>A stop inside another application, by a clock of ours.</summary>
[TestFixture]
public sealed class DrainTests
{
    private Hesitation _authorizer = null!;
    private TestGateway _gateway = null!;
    private ManualTime _time = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _authorizer = new Hesitation();
        _time = new ManualTime(DateTimeOffset.UtcNow);
        _gateway = await TestGateway.StartAsync(services: services => services
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<IChannelAuthorizer>(_authorizer));
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task CallInFlight_IsAnswered_BeforeItsClientIsToldToGo()
    {
        var client = await _gateway.ConnectRawAsync();
        await client.SendAsync("""{"type":1,"invocationId":"7","target":"Send","arguments":["slow:lobby","message",1]}""");
        await _authorizer.Asked.InTime();
        var isWaitedFor = _time.WhenTimerIsMadeAsync(TimeSpan.FromSeconds(5)); // The patience for a last call.
        var stop = await BeginAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await isWaitedFor.InTime();
        _authorizer.Answer();

        var first = await client.NextAsync();
        var second = await client.NextAsync();
        await stop.InTime();
        Assert.Multiple(() =>
        {
            Assert.That(first["result"]?["id"], Is.Not.Null, first.ToJsonString());
            Assert.That(second["type"]?.GetValue<int>(), Is.EqualTo(7));
        });
    }

    [Test]
    public async Task CallThatIsNotAnsweredInTime_HoldsNothingUp()
    {
        var client = await _gateway.ConnectRawAsync();
        await client.SendAsync("""{"type":1,"invocationId":"7","target":"Send","arguments":["slow:lobby","message",1]}""");
        await _authorizer.Asked.InTime();
        var stop = await BeginAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        var told = client.NextOfTypeAsync(7);
        while (!told.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        _authorizer.Answer();
        _time.Advance(TimeSpan.FromSeconds(15));
        await stop.InTime();
    }

    [Test]
    public async Task SessionThatBeginsDuringTheStop_IsToldToGo()
    {
        await using var staying = await RawClient.ConnectAsync(_gateway.HubUrl, token: null);
        await using var late = await RawClient.OpenAsync(_gateway.HubUrl);
        var stop = await BeginAsync();
        await late.BeginAsync();
        Assert.That((string?)(await late.NextOfTypeAsync(7))["error"], Does.StartWith("unavailable;retryAfter=5: "));
        Assert.That(stop.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(1));
        await staying.NextOfTypeAsync(7);
        _time.Advance(TimeSpan.FromSeconds(15));
        await stop.InTime();
    }

    private async Task<Task> BeginAsync()
    {
        var stop = Task.Run(_gateway.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication);
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        while (true)
        {
            using var answer = await _gateway.Http.GetAsync("/health/ready", timeout.Token);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return stop;
            }
        }
    }

    /// <summary>Permits everything, what is in <c>slow:*</c> when it is told to.</summary>
    private sealed class Hesitation : IChannelAuthorizer
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public void Answer() => _answer.TrySetResult();

        public async ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken)
        {
            if (access.Channel.StartsWith("slow:", StringComparison.Ordinal))
            {
                _asked.TrySetResult();
                await _answer.Task;
            }

            return ChannelDecision.Allow;
        }
    }
}
