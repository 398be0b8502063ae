using System.Text.Json;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>What all clients do, by id, in a sentence each.</summary>
internal static class Behaviours
{
    private static readonly Dictionary<string, string> All = JsonElement
        .Parse(File.ReadAllText(Repository.PathOf("testdata/clients/behaviours.json")))
        .EnumerateArray()
        .ToDictionary(entry => entry.GetProperty("id").GetString()!, entry => entry.GetProperty("says").GetString()!);

    public static IReadOnlyCollection<string> Ids => All.Keys;

    public static string SentenceOf(string id) => All[id];
}
