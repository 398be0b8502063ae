using System.Diagnostics;

namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>What results were made on.</summary>
internal static class Machine
{
    public static IReadOnlyList<string> Describe()
    {
        var processor = File.ReadLines("/proc/cpuinfo").ToList();
        var model = processor.FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? "unknown processor";
        var isVirtual = processor.Exists(line => line.StartsWith("flags", StringComparison.Ordinal) && line.Contains(" hypervisor", StringComparison.Ordinal));
        return
        [
            $"{(isVirtual ? "virtual, " : string.Empty)}{processor.Count(line => line.StartsWith("processor", StringComparison.Ordinal))} cores of {model}",
            $"Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim().Split('-')[0]}, .NET {Environment.Version}",
            .. Versions().OfType<string>(),
        ];
    }

    private static IEnumerable<string?> Versions() =>
    [
        Say("Node.js ", "node", "--version"),
        Say(string.Empty, "nats-server", "--version"),
        Say(string.Empty, "nginx", "-v"),
        Say(string.Empty, "redis-server", "--version"),
    ];

    // The first line of what a program says of itself; null where there is none.
    private static string? Say(string prefix, string program, string argument)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            return prefix + said.Split('\n')[0].Split(" sha=")[0];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
