using RealtimeGateway.Primitives;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Primitives;

[TestFixture]
public sealed class AsyncGateTests
{
    private readonly AsyncGate _gate = new();

    [Test]
    public async Task WhoComesWhileAnotherIsIn_WaitsUntilHeLeaves()
    {
        var first = await _gate.EnterAsync(CancellationToken.None);
        var second = _gate.EnterAsync(CancellationToken.None).AsTask();
        Assert.That(second.IsCompleted, Is.False);
        first.Dispose();
        (await second.InTime()).Dispose();
        (await _gate.EnterAsync(CancellationToken.None).AsTask().InTime()).Dispose();
    }

    [Test]
    public async Task WhoGivesUp_PassesHisTurnOn()
    {
        using var patience = new CancellationTokenSource();
        var first = await _gate.EnterAsync(CancellationToken.None);
        var second = _gate.EnterAsync(patience.Token).AsTask();
        var third = _gate.EnterAsync(CancellationToken.None).AsTask();
        await patience.CancelAsync();
        Assert.That(async () => await second.InTime(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(third.IsCompleted, Is.False);
        first.Dispose();
        (await third.InTime()).Dispose();
        Assert.That(() => _gate.EnterAsync(patience.Token).AsTask(), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task OfMany_SomeOfWhomGiveUp_NoTwoAreInside_AndNobodyIsForgotten()
    {
        var (inside, most, entered) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                using var patience = new CancellationTokenSource();
                var entering = _gate.EnterAsync(patience.Token).AsTask();
                if ((i + number) % 3 == 0)
                {
                    await patience.CancelAsync();
                }

                try
                {
                    using var _ = await entering;
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    if (i % 10 == 0)
                    {
                        await Task.Yield();
                    }

                    entered++;
                    Interlocked.Decrement(ref inside);
                }
                catch (OperationCanceledException)
                {
                    // As it was asked to.
                }
            }
        }))).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(most, Is.EqualTo(1));
            Assert.That(entered, Is.GreaterThanOrEqualTo(8 * 2_000 * 2 / 3 - 8));
        });
        (await _gate.EnterAsync(CancellationToken.None).AsTask().InTime()).Dispose();
    }
}
