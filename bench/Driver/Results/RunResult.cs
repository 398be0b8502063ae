namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>The latest result of each scenario.</summary>
/// <param name="Machine">On which they were made, a line for each thing that is to be known of it.</param>
/// <param name="Scenarios">In the order of <see cref="Driver.Scenarios.ScenarioList"/>.</param>
internal sealed record RunResult(IReadOnlyList<string> Machine, IReadOnlyList<ScenarioResult> Scenarios);
