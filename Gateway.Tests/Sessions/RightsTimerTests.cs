using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

[TestFixture]
public sealed class RightsTimerTests
{
    // The timer asks for the first whole millisecond after the end.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    private readonly ManualTime _time = new();
    private RightsClock _clock = null!;
    private RightsTimer _timer = null!;
    private int _ends;

    [SetUp]
    public void Start()
    {
        _ends = 0;
        _clock = new RightsClock(_time);
        _timer = new RightsTimer(_clock, _ => _ends++, this);
    }

    [TearDown]
    public void Stop()
    {
        _timer.Dispose();
        _clock.Dispose();
    }

    [Test]
    public void Rights_EndOnce_AtTheirEndAndNotBefore()
    {
        _timer.Set(_time.GetUtcNow() + TimeSpan.FromHours(1));

        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.That(_ends, Is.Zero);
        _time.Advance(TimeSpan.FromTicks(1) + Step);
        Assert.That(_ends, Is.EqualTo(1));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That(_ends, Is.EqualTo(1));
    }

    [Test]
    public void Rights_DoNotEnd_WhenTheSessionHas()
    {
        _timer.Dispose();
        _timer.Set(_time.GetUtcNow() + TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That(_ends, Is.Zero);
    }

    [Test]
    public void Rights_DoNotEnd_WhenNoEndWasSet()
    {
        _time.Advance(TimeSpan.FromDays(400));

        Assert.That(_ends, Is.Zero);
    }

    [TestCase(1, 2)]
    [TestCase(2, 1)]
    public void Rights_EndAtTheNewEnd_WhenItWasMoved(int from, int to)
    {
        var start = _time.GetUtcNow();
        _timer.Set(start + TimeSpan.FromHours(from));
        _timer.Set(start + TimeSpan.FromHours(to));

        _time.Advance(TimeSpan.FromHours(to) - TimeSpan.FromTicks(1));
        Assert.That(_ends, Is.Zero);
        _time.Advance(TimeSpan.FromTicks(1) + Step);
        Assert.That(_ends, Is.EqualTo(1));
        _time.Advance(TimeSpan.FromHours(from));
        Assert.That(_ends, Is.EqualTo(1));
    }

    [Test]
    public void Rights_DoNotEnd_WhenTheEndWasCleared()
    {
        _timer.Set(_time.GetUtcNow() + TimeSpan.FromHours(1));
        _timer.Set(null);

        _time.Advance(TimeSpan.FromDays(1));

        Assert.That(_ends, Is.Zero);
    }

    [Test]
    public void Rights_EndAtOnce_WhenTheEndIsPast()
    {
        _timer.Set(_time.GetUtcNow() - TimeSpan.FromHours(1));

        _time.Advance(TimeSpan.Zero);

        Assert.That(_ends, Is.EqualTo(1));
    }

    [Test]
    public void Rights_EndInTime_WhenThatIsFurtherThanATimerReaches()
    {
        _timer.Set(_time.GetUtcNow() + TimeSpan.FromDays(366));

        for (var day = 1; day < 366; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            Assert.That(_ends, Is.Zero, $"day {day}");
        }

        _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromTicks(1));
        Assert.That(_ends, Is.Zero);
        _time.Advance(TimeSpan.FromTicks(1) + Step);
        Assert.That(_ends, Is.EqualTo(1));
    }

    [Test]
    public void Rights_EndAgain_WhenTheirEndSetANewOne()
    {
        RightsTimer? timer = null;
        var ends = 0;
        using (timer = new RightsTimer(_clock, _ =>
        {
            ends++;
            timer!.Set(_time.GetUtcNow() + TimeSpan.FromHours(1));
        }, this))
        {
            timer.Set(_time.GetUtcNow() + TimeSpan.FromHours(1));

            _time.Advance(TimeSpan.FromHours(1) + Step);
            Assert.That(ends, Is.EqualTo(1));
            _time.Advance(TimeSpan.FromHours(1) + Step);
            Assert.That(ends, Is.EqualTo(2));
        }
    }

    [Test]
    public void RightsOfMany_EndEachInItsTime_ThoseThatEndTogetherToo()
    {
        var ends = new List<int>();
        RightsTimer[] timers = [.. Enumerable.Range(0, 4).Select(i => new RightsTimer(_clock, number => ends.Add((int)number), i))];
        var start = _time.GetUtcNow();
        int[] hours = [3, 1, 2, 1];
        for (var i = 0; i < timers.Length; i++)
        {
            timers[i].Set(start + TimeSpan.FromHours(hours[i]));
        }

        timers[2].Dispose();
        _time.Advance(TimeSpan.FromHours(1) + Step);
        Assert.That(ends, Is.EquivalentTo(new[] { 1, 3 }));
        _time.Advance(TimeSpan.FromHours(1) + Step);
        Assert.That(ends, Has.Count.EqualTo(2));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(ends, Is.EqualTo(new[] { 1, 3, 0 }));
    }

    [Test]
    public void Rights_DoNotEnd_WhenTheTimerIsDisposed()
    {
        _timer.Set(_time.GetUtcNow() + TimeSpan.FromHours(1));
        _timer.Dispose();

        _time.Advance(TimeSpan.FromDays(1));

        Assert.That(_ends, Is.Zero);
    }
}
