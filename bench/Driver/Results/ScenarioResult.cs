namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>What came of a scenario.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Title">What it measures.</param>
/// <param name="At">When.</param>
/// <param name="LeftOut">What could not be compared, and why.</param>
/// <param name="Cases">One for each load.</param>
internal sealed record ScenarioResult(string Name, string Title, DateTimeOffset At, IReadOnlyList<string> LeftOut, IReadOnlyList<CaseResult> Cases);
