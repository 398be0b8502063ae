namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>All scenarios, in the order in which they are run and written down.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<Scenario> All { get; } =
        [new FanOut(), new Chat(), new Idle(), new Latency(), new Http(), new Filters(), new Formats(), new OverRedis(), new Scale()];

    /// <exception cref="FormatException">There is none of that name.</exception>
    public static Scenario Named(string name) =>
        All.FirstOrDefault(scenario => scenario.Name == name) ?? throw new FormatException($"{name} is no scenario.");
}
