using System.Globalization;

namespace RealtimeGateway.Bench.Driver;

/// <summary>What is measured, and for how long.</summary>
internal sealed record Options
{
    /// <summary>Into how many turns the seconds of a round are divided: what the machine does besides meets all alike, if it goes on for a second.</summary>
    public const int Turns = 4;

    /// <summary>How often each arrangement is under load before its first turn: for the compilers of the servers.</summary>
    public const int Warmings = 2;

    /// <summary>The names of the scenarios; all if there are none.</summary>
    public IReadOnlyList<string> Scenarios { get; private init; } = [];

    /// <summary>RealtimeGateway.dll.</summary>
    public string Gateway { get; private init; } = BuiltWithThis("Gateway", "RealtimeGateway.dll");

    /// <summary>BareSignalR.dll.</summary>
    public string BareSignalR { get; } = BuiltWithThis("bench/peers/BareSignalR", "BareSignalR.dll");

    /// <summary>The folder of the other peers.</summary>
    public string Peers { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../peers"));

    /// <summary>Whether nothing but bare SignalR is compared with the gateway.</summary>
    public bool BareOnly { get; private init; }

    /// <summary>The folder for the results; null to write none.</summary>
    public string? Results { get; private init; }

    /// <summary>Valid pairs that each comparison is to have, 1 or more.</summary>
    public int Rounds { get; private init; } = 7;

    /// <summary>Seconds that one arrangement is measured in one round, without what does not count.</summary>
    public double Seconds { get; private init; } = 2;

    /// <summary>How long an arrangement is under load at each warming.</summary>
    public TimeSpan Warming { get; private init; } = TimeSpan.FromSeconds(6);

    /// <summary>How long a load goes in each turn before it is measured.</summary>
    public TimeSpan Settling { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long it is measured then.</summary>
    public TimeSpan Turn => TimeSpan.FromSeconds(Seconds) / Turns;

    public static string Usage =>
        """
        Driver [SCENARIO...] [--gateway RealtimeGateway.dll] [--rounds 7] [--seconds 2] [--quick] [--bare-only] [--results FOLDER]
        --quick is --rounds 3 --seconds 1: too few to say anything, enough to see that it works.
        --bare-only leaves out every peer but bare SignalR.
        """;

    /// <exception cref="FormatException">Something is not as <see cref="Usage"/> has it.</exception>
    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--gateway" => options with { Gateway = Path.GetFullPath(Value(arguments, ++i)) },
                "--rounds" => options with { Rounds = (int)Math.Ceiling(Number(arguments, ++i)) },
                "--seconds" => options with { Seconds = Number(arguments, ++i) },
                "--quick" => options with { Rounds = 3, Seconds = 1, Warming = TimeSpan.FromSeconds(1) },
                "--bare-only" => options with { BareOnly = true },
                "--results" => options with { Results = Value(arguments, ++i) },
                var scenario when !scenario.StartsWith('-') => options with { Scenarios = [.. options.Scenarios, scenario] },
                var unknown => throw new FormatException($"{unknown} is not known."),
            };
        }

        return options;
    }

    private static double Number(IReadOnlyList<string> arguments, int i) =>
        double.TryParse(Value(arguments, i), CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"{arguments[i - 1]} takes a number above 0.");

    private static string Value(IReadOnlyList<string> arguments, int i) =>
        i < arguments.Count ? arguments[i] : throw new FormatException($"{arguments[i - 1]} takes a value.");

    // In the same configuration.
    private static string BuiltWithThis(string project, string file) =>
        Path.Combine(AppContext.BaseDirectory.Replace(Path.Combine("bench", "Driver"), project, StringComparison.Ordinal), file);
}
