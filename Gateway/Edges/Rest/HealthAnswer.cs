using System.Text.Json.Serialization;

namespace RealtimeGateway.Edges.Rest;

/// <summary>How the node is.</summary>
/// <param name="Status">One word.</param>
/// <param name="Reasons">The names of the checks that are not as they should be.</param>
internal sealed record HealthAnswer(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Reasons = null);
