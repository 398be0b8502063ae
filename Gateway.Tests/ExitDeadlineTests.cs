using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests;

/// <summary>A stop that hangs.</summary>
[TestFixture]
public sealed class ExitDeadlineTests
{
    [Test]
    public async Task Stop_Exits_WhenItHangs()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var hanging = new ManualResetEventSlim();
        app.Lifetime.ApplicationStopping.Register(() => hanging.Wait(Bounds.Timeout));
        ExitDeadline.Register(app.Services.GetRequiredService<IHostApplicationLifetime>(), TimeSpan.FromMilliseconds(10), exited.SetResult);
        var stop = Task.Run(app.Lifetime.StopApplication);
        await exited.Task.InTime();
        Assert.That(stop.IsCompleted, Is.False);
        hanging.Set();
        await stop.InTime();
    }
}
