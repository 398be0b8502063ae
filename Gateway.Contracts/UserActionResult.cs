using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>The answer of whatever is done to a user.</summary>
/// <param name="Complete">Whether every node has applied it (promise 9). True as well for a user without sessions.</param>
/// <param name="Pending">The nodes that have not; absent when all have.</param>
public sealed record UserActionResult(
    bool Complete,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Pending = null);
