using System.ComponentModel;
using RealtimeGateway.Bench.Driver;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Scenarios;

Options options;
IReadOnlyList<Scenario> scenarios;
try
{
    options = Options.Parse(args);
    scenarios = options.Scenarios.Count == 0 ? ScenarioList.All : [.. options.Scenarios.Select(ScenarioList.Named)];
}
catch (FormatException exception)
{
    Console.Error.WriteLine(exception.Message);
    Console.Error.WriteLine(Options.Usage);
    Console.Error.WriteLine("Scenarios: " + string.Join(", ", ScenarioList.All.Select(scenario => scenario.Name)));
    return 2;
}

var isComplete = true;
foreach (var scenario in scenarios)
{
    Console.WriteLine($"{scenario.Name}: {scenario.Title}");
    try
    {
        using var stage = new Stage(options);
        var cases = scenario.Run(stage);
        var result = new ScenarioResult(scenario.Name, scenario.Title, DateTimeOffset.UtcNow, stage.LeftOut, cases);
        isComplete &= !cases.Any(one => one.TooFew.Any());
        Console.WriteLine();
        Console.WriteLine(RatioTable.Of(result));
        if (options.Results is { } folder)
        {
            ResultsFolder.Write(folder, result);
        }
    }
    catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
    {
        // What was started has been ended on the way here; the other scenarios need nothing of it.
        Console.Error.WriteLine($"{scenario.Name}: nothing was measured: {exception.Message}");
        isComplete = false;
    }
}

return isComplete ? 0 : 1;
