using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>The golden messages in <c>testdata/protocol</c>, each one line as it crosses the wire, without its separator.</summary>
internal static class Samples
{
    private static readonly string Folder = Repository.PathOf("testdata/protocol");

    /// <summary>What every sample is called, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>The message of this name.</summary>
    public static string Read(string name) => File.ReadAllLines(Path.Combine(Folder, name + ".json")).Single();
}
