using System.Diagnostics;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using NUnit.Framework.Internal.Commands;

namespace RealtimeGateway.Tests.Support;

/// <summary>
/// A test that goes by the real clock, since no other reaches what it shows. An attempt that fails says nothing where the machine stood
/// still meanwhile for longer than the test can bear; then there is another, twice at most. Where it did not stand still, it has failed;
/// so it has where what failed goes by no clock (<see cref="NoPauseExplains"/>).
/// </summary>
/// <param name="bearableSeconds">The longest pause that the test bears.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealTimeAttribute(double bearableSeconds) : NUnitAttribute, IRepeatTest
{
    private const int Attempts = 3;
    private const string Unexplained = "NoPauseExplains";

    /// <summary>The only fixture in which it goes by the real clock; null for all. The others have a clock that is moved.</summary>
    public Type? Of { get; init; }

    /// <summary>What fails from here on in the test that runs goes by no clock.</summary>
    public static void NoPauseExplains() => TestExecutionContext.CurrentContext.CurrentTest.Properties.Set(Unexplained, true);

    public TestCommand Wrap(TestCommand command) => Wrap(command, Pauses.LongestSince);

    /// <summary>The same, with another look at the machine.</summary>
    internal TestCommand Wrap(TestCommand command, Func<long, TimeSpan> longestPauseSince) =>
        Of is not null && command.Test.TypeInfo?.Type != Of ? command : new Attempted(command, TimeSpan.FromSeconds(bearableSeconds), longestPauseSince);

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
                var isPassed = context.CurrentResult.ResultState.Status != TestStatus.Failed;
                if (isPassed || attempt == Attempts || pause <= bearable || Test.Properties.ContainsKey(Unexplained))
                {
                    return context.CurrentResult;
                }

                var said = $"{Test.FullName} is tried again, as the machine stood still for {pause.TotalSeconds:0.00} s: {context.CurrentResult.Message}";
                TestContext.Progress.WriteLine(said);
                context.CurrentResult = Test.MakeTestResult();
                context.CurrentResult.OutWriter.WriteLine(said);
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
