using RealtimeGateway.Bench.Driver;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Scenarios;

Scenario[] all = [new FanOut(), new Chat(), new Idle(), new Latency(), new Http(), new Filters(), new Formats(), new OverRedis(), new Scale()];
Options options;
Scenario[] chosen;
try
{
    options = Options.Parse(args);
    chosen = options.Scenarios.Count == 0 ? all : [.. options.Scenarios.Select(Choose)];
}
catch (FormatException exception)
{
    Console.Error.WriteLine(exception.Message);
    Console.Error.WriteLine(Options.Usage);
    Console.Error.WriteLine("Scenarios: " + string.Join(", ", all.Select(scenario => scenario.Name)));
    return 2;
}

var isComplete = true;
foreach (var scenario in chosen)
{
    Console.WriteLine($"{scenario.Name}: {scenario.Title}");
    using var stage = new Stage(options);
    var cases = scenario.Run(stage);
    var result = new ScenarioResult(scenario.Name, scenario.Title, DateTimeOffset.UtcNow, stage.LeftOut, cases);
    Console.WriteLine();
    Console.WriteLine(RatioTable.Of(result));
    isComplete &= !cases.Any(one => one.TooFew.Any());
}

return isComplete ? 0 : 1;

Scenario Choose(string name) => all.FirstOrDefault(scenario => scenario.Name == name) ?? throw new FormatException($"{name} is no scenario.");
