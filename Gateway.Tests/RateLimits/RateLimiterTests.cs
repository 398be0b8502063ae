using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.RateLimits;

/// <summary>How often somebody may do something, by the clock.</summary>
[TestFixture]
public sealed class RateLimiterTests
{
    private const string Ann = "user:ann";
    private static readonly TimeSpan Instant = TimeSpan.FromTicks(1);

    private ManualTime _time = null!;
    private Live<RateRules> _rules = null!;
    private RateLimiter _limiter = null!;

    [SetUp]
    public void Create()
    {
        _time = new ManualTime();
        _rules = Rules(publish: [Rule(3, "00:00:06")]);
        _limiter = new RateLimiter(_rules, _time);
    }

    [TearDown]
    public void End() => _limiter.Dispose();

    [Test]
    public void Permits_GoAtOnce_AndComeBackEvenlyOverTheWindow()
    {
        Assert.That(Passes(10), Is.EqualTo(3));
        _time.Advance(TimeSpan.FromSeconds(2) - Instant);
        Assert.That(Passes(10), Is.Zero, "a third of the window is not over");
        _time.Advance(Instant);
        Assert.That(Passes(10), Is.EqualTo(1));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.That(Passes(10), Is.EqualTo(2));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That(Passes(10), Is.EqualTo(3), "and no more than all of them");
    }

    // The library's own bucket is filled for all the time that it stood full, a moment after something was taken.
    [Test]
    public void BucketThatStoodFull_HoldsNoMoreThanItsPermits()
    {
        Passes(1);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.That(Passes(10), Is.EqualTo(3));
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.That(Passes(10), Is.Zero);
    }

    [TestCase(3, "00:00:06", 2)]
    [TestCase(1, "00:00:01", 1)]
    [TestCase(1, "1.00:00:00", 86400)]
    [TestCase(7, "00:00:10", 2)]
    [TestCase(1000, "00:00:01", 1)]
    [TestCase(1_000_000, "00:00:00.1", 1)]
    public void Refusal_SaysWhenToComeBack_AndThenItIsSo(int permits, string window, int seconds)
    {
        _rules.Replace(Rules(publish: [Rule(permits, window)]).Current);
        Assert.That(_limiter.Charge(Operation.Publish, Ann, permits), Is.Null);
        var refusal = _limiter.Charge(Operation.Publish, Ann)!;
        Assert.That(
            refusal,
            Is.EqualTo(new Error("rate_limited", $"Publish is allowed {permits} times in {TimeSpan.Parse(window, System.Globalization.CultureInfo.InvariantCulture)}.", seconds)));
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.That(_limiter.Charge(Operation.Publish, Ann), Is.Null);
    }

    [Test]
    public void Refusal_OfSeveral_SaysWhenAllOfThemArePossible()
    {
        Passes(3);
        Assert.That(_limiter.Charge(Operation.Publish, Ann, 2)!.RetryAfter, Is.EqualTo(4));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.That(_limiter.Charge(Operation.Publish, Ann, 2), Is.Null);
    }

    [Test]
    public void RefusedCall_TakesNothingOfTheRuleThatRefusesIt()
    {
        Passes(3);
        Passes(1_000);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(Passes(10), Is.EqualTo(1));
    }

    [Test]
    public void SeveralAtOnce_CostThatMany_AndMoreThanIsEverPermitted_AreRefusedForGood()
    {
        Assert.That(_limiter.Charge(Operation.Publish, Ann, 2), Is.Null);
        Assert.That(_limiter.Charge(Operation.Publish, Ann, 2), Is.Not.Null);
        Assert.That(_limiter.Charge(Operation.Publish, Ann), Is.Null);
        Assert.That(
            _limiter.Charge(Operation.Publish, "user:bob", 1_000),
            Is.EqualTo(new Error("limit_exceeded", "Publish is allowed 3 times in 00:00:06. This would be 1000 at once; ask for fewer.")));
        Assert.That(_limiter.Charge(Operation.Publish, "user:bob", 3), Is.Null, "what was refused took nothing");
    }

    [Test]
    public void CallThatNamesNothing_CostsOne()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.That(_limiter.Charge(Operation.Publish, Ann, times: 0), Is.Null);
        }

        Assert.That(_limiter.Charge(Operation.Publish, Ann, times: 0), Is.Not.Null);
    }

    [Test]
    public void OfSeveralRules_TheFirstThatIsExceededDecides_InItsOwnWords()
    {
        _rules.Replace(Rules(publish: [Rule(5, "00:01:00", "Five a minute."), Rule(2, "00:00:01", "Two a second.")]).Current);
        Assert.That(Passes(2), Is.EqualTo(2));
        Assert.That(_limiter.Charge(Operation.Publish, Ann), Is.EqualTo(new Error("rate_limited", "Two a second.", 1)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Passes(2), Is.EqualTo(2), "the refused call cost one of five a minute: all are used up");
        Assert.That(_limiter.Charge(Operation.Publish, Ann), Is.EqualTo(new Error("rate_limited", "Five a minute.", 11)), "both are exceeded");
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.That(Passes(10), Is.EqualTo(1));
    }

    [Test]
    public void WhatTheFirstRuleRefuses_IsNotCountedByTheNext()
    {
        _rules.Replace(Rules(publish: [Rule(2, "00:00:01"), Rule(4, "01:00:00")]).Current);
        Passes(1_000);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Passes(10), Is.EqualTo(2));
    }

    [Test]
    public void SameRuleTwice_IsTwoRules()
    {
        _rules.Replace(Rules(publish: [Rule(2, "00:00:01"), Rule(2, "00:00:01")]).Current);
        Assert.That(Passes(10), Is.EqualTo(2), "not one: each has its own bucket");
    }

    [Test]
    public void EveryOperation_AndEverybody_HasABudgetOfHisOwn()
    {
        _rules.Replace(Rules([Rule(1, "00:00:01")], [Rule(1, "00:00:01")], [Rule(1, "00:00:01")], [Rule(1, "00:00:01")]).Current);
        string[] everybody = [Ann, "user:bob", "key:ann", "address:ann", "user:ANN", "user:"];
        Assert.Multiple(() =>
        {
            foreach (var operation in Enum.GetValues<Operation>())
            {
                foreach (var who in everybody)
                {
                    Assert.That(_limiter.Charge(operation, who), Is.Null, $"{operation} of {who}");
                    Assert.That(_limiter.Charge(operation, who)?.Message, Is.EqualTo($"{operation} is allowed 1 times in 00:00:01."));
                }
            }
        });
    }

    [Test]
    public void OperationWithoutRules_IsNotLimited()
    {
        for (var i = 0; i < 10_000; i++)
        {
            Assert.That(_limiter.Charge(Operation.Request, Ann), Is.Null);
        }
    }

    [Test]
    public void ManyAtTheSameTime_GetWhatIsThere_AndNotOneMore()
    {
        _rules.Replace(Rules(publish: [Rule(1_000, "1.00:00:00")]).Current);
        var passed = 0;
        Parallel.For(0, 5_000, _ =>
        {
            if (_limiter.Charge(Operation.Publish, Ann) is null)
            {
                Interlocked.Increment(ref passed);
            }
        });
        Assert.That(passed, Is.EqualTo(1_000));
    }

    [Test]
    public void ChangedRule_BeginsAnew_AndTheOthersGoOn()
    {
        _rules.Replace(Rules(publish: [Rule(4, "01:00:00"), Rule(2, "01:00:00", "Two.")]).Current);
        Assert.That(Passes(10), Is.EqualTo(2));
        _rules.Replace(Rules(publish: [Rule(4, "01:00:00"), Rule(20, "01:00:00", "Twenty.")]).Current);
        Assert.That(_limiter.Charge(Operation.Publish, Ann)?.Message, Is.EqualTo("Publish is allowed 4 times in 01:00:00."), "the calls that the second refused used it up");
        _rules.Replace(Rules().Current);
        Assert.That(_limiter.Charge(Operation.Publish, Ann), Is.Null);
    }

    [Test]
    public void Patience_Ends_ForAConnectionThatGoesOn_AndNotForOneThatPauses()
    {
        Assert.Multiple(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.That(_limiter.CountRefusal("hasty"), Is.False);
            }

            Assert.That(_limiter.CountRefusal("hasty"), Is.True);
            for (var i = 0; i < 10_000; i++)
            {
                Assert.That(_limiter.CountRefusal("slow"), Is.False);
                _time.Advance(TimeSpan.FromMilliseconds(100));
            }

            Assert.That(_limiter.CountRefusal("hasty"), Is.False, "it has paused for long");
        });
    }

    private static RateRule Rule(int permits, string window, string? message = null) =>
        new(permits, TimeSpan.Parse(window, System.Globalization.CultureInfo.InvariantCulture), message);

    private static Live<RateRules> Rules(RateRule[]? connect = null, RateRule[]? subscribe = null, RateRule[]? publish = null, RateRule[]? request = null)
    {
        var problems = new List<string>();
        var rules = RateRules.Compile(
            new RateLimitsOptions { Connect = Written(connect), Subscribe = Written(subscribe), Publish = Written(publish), Request = Written(request) },
            problems);
        Assert.That(problems, Is.Empty);
        return rules;

        static RateLimitOptions[] Written(RateRule[]? rules) =>
            [.. (rules ?? []).Select(rule => new RateLimitOptions { Permits = rule.Permits, Window = rule.Window, Message = rule.Message })];
    }

    private int Passes(int calls) => Enumerable.Range(0, calls).Count(_ => _limiter.Charge(Operation.Publish, Ann) is null);
}
