using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

[TestFixture]
public sealed class SendSchedulerTests
{
    [Test]
    public async Task EverythingHasItsTurn_Once_WhoeverSchedulesIt()
    {
        const int Threads = 4;
        const int Each = 10_000;
        var scheduler = new SendScheduler();
        var turns = new int[Threads * Each];
        var left = turns.Length;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = thread * Each; i < (thread + 1) * Each; i++)
            {
                scheduler.Schedule(
                    number =>
                    {
                        Interlocked.Increment(ref turns[(int)number!]);
                        if (Interlocked.Decrement(ref left) == 0)
                        {
                            done.SetResult();
                        }
                    },
                    i);
            }
        })));
        await done.Task.InTime();
        Assert.That(turns, Has.All.EqualTo(1));
    }

    [Test]
    public async Task OneAfterAnother_NoneIsForgotten()
    {
        // Each comes when the worker may just have ended.
        var scheduler = new SendScheduler();
        for (var i = 0; i < 20_000; i++)
        {
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            scheduler.Schedule(state => ((TaskCompletionSource)state!).SetResult(), turn);
            await turn.Task.InTime();
        }
    }
}
