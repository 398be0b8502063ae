using System.Diagnostics;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using NUnit.Framework.Internal.Commands;

namespace RealtimeGateway.Tests.Support;

/// <summary>
/// A test that goes by the real clock, since no other reaches what it shows. An attempt that fails says nothing where the machine stood
/// still meanwhile for longer than the test can bear; then there is another, twice at most. Where it did not stand still, it has failed.
/// </summary>
/// <param name="bearableSeconds">The longest pause that the test bears.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealTimeAttribute(double bearableSeconds) : NUnitAttribute, IRepeatTest
{
    private const int Attempts = 3;

    public TestCommand Wrap(TestCommand command) => Wrap(command, Pauses.LongestSince);

    /// <summary>The same, with another look at the machine.</summary>
    internal TestCommand Wrap(TestCommand command, Func<long, TimeSpan> longestPauseSince) =>
        new Attempted(command, TimeSpan.FromSeconds(bearableSeconds), longestPauseSince);

    private sealed class Attempted(TestCommand command, TimeSpan bearable, Func<long, TimeSpan> longestPauseSince) : DelegatingTestCommand(command)
    {
        public override TestResult Execute(TestExecutionContext context)
        {
            for (var attempt = 1; ; attempt++)
            {
                var since = Stopwatch.GetTimestamp();
                longestPauseSince(since); // From here on it is watched.
                context.CurrentResult = ExecuteOnce(context);
                var pause = longestPauseSince(since);
                if (context.CurrentResult.ResultState.Status != TestStatus.Failed || attempt == Attempts || pause <= bearable)
                {
                    return context.CurrentResult;
                }

                TestContext.Progress.WriteLine(
                    $"{Test.FullName} is tried again, as the machine stood still for {pause.TotalSeconds:0.00} s: {context.CurrentResult.Message}");
                context.CurrentResult = Test.MakeTestResult();
            }
        }

        private TestResult ExecuteOnce(TestExecutionContext context)
        {
            try
            {
                return innerCommand.Execute(context);
            }
            catch (Exception exception)
            {
                context.CurrentResult.RecordException(exception);
                return context.CurrentResult;
            }
        }
    }
}
