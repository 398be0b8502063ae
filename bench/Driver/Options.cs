using System.Globalization;

namespace RealtimeGateway.Bench.Driver;

/// <summary>What is measured, and for how long.</summary>
internal sealed record Options
{
    public IReadOnlyList<string> Scenarios { get; private init; } = [];

    /// <summary>RealtimeGateway.dll.</summary>
    public string Gateway { get; private init; } = Beside("Gateway", "RealtimeGateway.dll");

    /// <summary>BareSignalR.dll.</summary>
    public string BareSignalR { get; private init; } = Beside("bench/peers/BareSignalR", "BareSignalR.dll");

    /// <summary>Rounds in which each arrangement is measured once, after one that does not count.</summary>
    public int Rounds { get; private init; } = 7;

    /// <summary>Of one measurement, without its warm-up.</summary>
    public double Seconds { get; private init; } = 2;

    public static string Usage => "Driver [SCENARIO...] [--gateway PATH] [--rounds 7] [--seconds 2]";

    /// <exception cref="FormatException">Something is not as <see cref="Usage"/> has it.</exception>
    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--gateway" => options with { Gateway = Path.GetFullPath(Value(arguments, ++i)) },
                "--rounds" => options with { Rounds = int.Parse(Value(arguments, ++i), CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = double.Parse(Value(arguments, ++i), CultureInfo.InvariantCulture) },
                var scenario when !scenario.StartsWith('-') => options with { Scenarios = [.. options.Scenarios, scenario] },
                var unknown => throw new FormatException($"{unknown} is not known."),
            };
        }

        return options;
    }

    private static string Value(IReadOnlyList<string> arguments, int i) =>
        i < arguments.Count ? arguments[i] : throw new FormatException($"{arguments[i - 1]} takes a value.");

    // What was built with this, in the same configuration.
    private static string Beside(string project, string file) =>
        Path.Combine(AppContext.BaseDirectory.Replace(Path.Combine("bench", "Driver"), project, StringComparison.Ordinal), file);
}
