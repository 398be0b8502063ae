using System.Diagnostics;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using NUnit.Framework.Internal.Commands;

namespace RealtimeGateway.Tests.Support;

[TestFixture]
public sealed class RealTimeAttributeTests
{
    [TestCase(0.0, 1, 1, ExpectedResult = TestStatus.Passed)]
    [TestCase(0.0, 2, 1, ExpectedResult = TestStatus.Failed, Description = "nothing was in its way")]
    [TestCase(0.5, 2, 1, ExpectedResult = TestStatus.Failed, Description = "it bears that")]
    [TestCase(0.6, 2, 2, ExpectedResult = TestStatus.Passed)]
    [TestCase(0.6, 4, 3, ExpectedResult = TestStatus.Failed, Description = "three times is enough")]
    public TestStatus WhatFails_IsTriedAgain_WhereTheMachineStoodStill(double pause, int passesAt, int attempts)
    {
        var command = new PassingAt(passesAt);
        var status = Run(command, TimeSpan.FromSeconds(pause));
        Assert.That(command.Attempts, Is.EqualTo(attempts));
        return status;
    }

    [Test]
    public void WhatNoPauseExplains_IsNotTriedAgain()
    {
        var command = new PassingAt(2, RealTimeAttribute.NoPauseExplains);
        Assert.That(Run(command, TimeSpan.FromSeconds(1)), Is.EqualTo(TestStatus.Failed));
        Assert.That(command.Attempts, Is.EqualTo(1));
    }

    [Test]
    public void FixtureWithAClockOfItsOwn_IsNotTriedAgain()
    {
        var command = new PassingAt(2);
        Assert.That(new RealTimeAttribute(bearableSeconds: 0.5) { Of = typeof(Pauses) }.Wrap(command), Is.SameAs(command));
        Assert.That(new RealTimeAttribute(bearableSeconds: 0.5) { Of = GetType() }.Wrap(command), Is.Not.SameAs(command));
    }

    [Test]
    public async Task Pause_IsSeen()
    {
        var since = Stopwatch.GetTimestamp();
        Pauses.LongestSince(since);
        Assert.That(Pauses.LongestSince(since + (Stopwatch.Frequency * 3_600)), Is.EqualTo(TimeSpan.Zero), "none has ended in an hour from now");

        // This process is stopped and goes on.
        using var pause = Process.Start("sh", ["-c", $"kill -STOP {Environment.ProcessId}; sleep 0.4; kill -CONT {Environment.ProcessId}"]);
        await pause.WaitForExitAsync().InTime();
        Assert.That(SpinWait.SpinUntil(() => Pauses.LongestSince(since) > TimeSpan.FromSeconds(0.2), Bounds.Timeout), Is.True);
    }

    private static TestStatus Run(TestCommand command, TimeSpan pause)
    {
        var context = new TestExecutionContext(TestExecutionContext.CurrentContext) { CurrentTest = command.Test, CurrentResult = command.Test.MakeTestResult() };
        return new RealTimeAttribute(bearableSeconds: 0.5).Wrap(command, _ => pause).Execute(context).ResultState.Status;
    }

    private sealed class PassingAt(int attempt, Action? failing = null) : TestCommand(TestExecutionContext.CurrentContext.CurrentTest)
    {
        public int Attempts { get; private set; }

        public override TestResult Execute(TestExecutionContext context)
        {
            context.CurrentResult = Test.MakeTestResult();
            if (++Attempts == attempt)
            {
                context.CurrentResult.SetResult(ResultState.Success);
            }
            else
            {
                failing?.Invoke();
                context.CurrentResult.SetResult(ResultState.Failure);
            }

            return context.CurrentResult;
        }
    }
}
