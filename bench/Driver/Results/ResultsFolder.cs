using System.Text.Json;
using System.Text.Json.Serialization;
using RealtimeGateway.Bench.Driver.Scenarios;

namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>Where results are kept: all that was measured, as JSON, and what is made of it to be read.</summary>
internal static class ResultsFolder
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,

        // What was measured of nothing is no number.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Writes the result of a scenario in the place of its last one; those of the others stay.</summary>
    public static void Write(string folder, ScenarioResult result)
    {
        var path = Path.Combine(folder, "results.json");
        var earlier = File.Exists(path) ? JsonSerializer.Deserialize<RunResult>(File.ReadAllText(path), Json)?.Scenarios : null;
        var all = (earlier ?? []).Where(other => other.Name != result.Name).Append(result);
        var run = new RunResult(
            Machine.Describe(),
            [.. ScenarioList.All.Select(scenario => all.FirstOrDefault(one => one.Name == scenario.Name)).OfType<ScenarioResult>()]);
        File.WriteAllText(path, JsonSerializer.Serialize(run, Json) + "\n");
        File.WriteAllText(Path.Combine(folder, "RESULTS.md"), Report.Of(run));
        File.WriteAllText(Path.Combine(folder, "results.svg"), Plot.Of(run));
    }
}
