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
        var outer = TestExecutionContext.CurrentContext;
        var inner = new TestExecutionContext(outer) { CurrentTest = command.Test, CurrentResult = command.Test.MakeTestResult() };
        TestResult result;
        using (new TestExecutionContext.IsolatedContext())
        {
            result = new RealTimeAttribute(bearableSeconds: 0.5).Wrap(command, _ => TimeSpan.FromSeconds(pause)).Execute(inner);
        }

        Assert.That(command.Attempts, Is.EqualTo(attempts));
        return result.ResultState.Status;
    }

    [Test]
    public void Pause_IsSeen()
    {
        var since = Stopwatch.GetTimestamp();
        Pauses.LongestSince(since);
        Assert.That(Pauses.LongestSince(since + (Stopwatch.Frequency * 3_600)), Is.EqualTo(TimeSpan.Zero), "none has ended in an hour from now");

        // Nobody of the pool has time.
        using var over = new ManualResetEventSlim();
        for (var threads = ThreadPool.ThreadCount + 16; threads > 0; threads--)
        {
            ThreadPool.QueueUserWorkItem(_ => over.Wait());
        }

        Thread.Sleep(TimeSpan.FromSeconds(0.3));
        over.Set();
        Assert.That(SpinWait.SpinUntil(() => Pauses.LongestSince(since) > TimeSpan.FromSeconds(0.2), Bounds.Timeout), Is.True);
    }

    private sealed class PassingAt(int attempt) : TestCommand(TestExecutionContext.CurrentContext.CurrentTest)
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
                context.CurrentResult.SetResult(ResultState.Failure);
            }

            return context.CurrentResult;
        }
    }
}
