using System.Globalization;

namespace RealtimeGateway.Bench.Driver.Native;

/// <summary>The memory of processes that is in the machine's (RSS).</summary>
internal static class ResidentMemory
{
    /// <returns>Bytes, of all of them together.</returns>
    public static long Of(IEnumerable<int> processes) => processes.Sum(Of);

    private static long Of(int process)
    {
        const string Field = "VmRSS:";
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..].Replace("kB", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }
}
