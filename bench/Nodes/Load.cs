using System.Globalization;

namespace RealtimeGateway.Bench.Nodes;

/// <summary>How much is asked of the gateways: the same of each arrangement.</summary>
internal sealed record Load
{
    /// <summary>WebSockets that hear one channel each.</summary>
    public int Subscribers { get; private init; } = 100;

    /// <summary>Channels, each with its share of the subscribers.</summary>
    public int Channels { get; private init; } = 10;

    /// <summary>WebSockets that publish, in one channel after another.</summary>
    public int Publishers { get; private init; } = 8;

    /// <summary>Publications of one publisher that wait for their answer.</summary>
    public int Window { get; private init; } = 8;

    /// <summary>Bytes of text in each publication.</summary>
    public int Bytes { get; private init; } = 200;

    /// <summary>Times that each arrangement is measured.</summary>
    public int Rounds { get; private init; } = 4;

    /// <summary>Seconds of one measurement.</summary>
    public int Seconds { get; private init; } = 3;

    /// <summary>How many subscribers get each publication.</summary>
    public int Readers => Subscribers / Channels;

    public static string Usage => "--subscribers 100 --channels 10 --publishers 8 --window 8 --bytes 200 --rounds 4 --seconds 3";

    /// <exception cref="FormatException">Something is not as <see cref="Usage"/> has it.</exception>
    public static Load Parse(IReadOnlyList<string> arguments)
    {
        var load = new Load();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count || !int.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out var number) || number is < 1 or > 50_000)
            {
                throw new FormatException($"{arguments[i]} takes a number from 1 to 50000.");
            }

            load = arguments[i] switch
            {
                "--subscribers" => load with { Subscribers = number },
                "--channels" => load with { Channels = number },
                "--publishers" => load with { Publishers = number },
                "--window" => load with { Window = number },
                "--bytes" => load with { Bytes = number },
                "--rounds" => load with { Rounds = number },
                "--seconds" => load with { Seconds = number },
                _ => throw new FormatException($"{arguments[i]} is not known."),
            };
        }

        return load.Subscribers % load.Channels == 0
            ? load
            : throw new FormatException("The subscribers have to be a multiple of the channels: every publication then has as many readers.");
    }
}
