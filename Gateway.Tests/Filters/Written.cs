using System.Globalization;
using System.Text;
using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Filters;

/// <summary>Filters and data as clients write them.</summary>
internal static class Written
{
    /// <summary>A filter in JSON.</summary>
    public static IReadOnlyList<FilterCondition> Filter(string json) =>
        JsonSerializer.Deserialize<IReadOnlyList<FilterCondition>>(json, JsonSerializerOptions.Web)!;

    /// <summary>A filter of one condition on the attribute <c>a</c>.</summary>
    public static string One(string method, string values, string attribute = "a") =>
        $$"""[{"method":"{{method}}","attribute":"{{attribute}}","values":{{values}}}]""";

    /// <summary>The interest in what passes a filter.</summary>
    public static Interest Interest(string filter) => RealtimeGateway.Filters.Interest.Compile(null, Filter(filter)).OrThrow();

    /// <summary>Whether data passes a filter.</summary>
    public static bool Passes(string filter, string data)
    {
        using var candidate = Candidate("event", data);
        return Interest(filter).Matches(candidate);
    }

    public static Candidate Candidate(string name, string data) => new(name, Encoding.UTF8.GetBytes(data));

    /// <summary>A list with the same element some times.</summary>
    public static string ListOf(string element, int count) => $"[{string.Join(',', Enumerable.Repeat(element, count))}]";

    /// <summary>A list of numbers, all different.</summary>
    public static string Numbers(int count) => $"[{string.Join(',', Enumerable.Range(0, count).Select(one => one.ToString(CultureInfo.InvariantCulture)))}]";
}
