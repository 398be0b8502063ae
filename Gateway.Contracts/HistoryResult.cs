using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>One page of what a channel keeps.</summary>
/// <param name="Epoch">The channel's epoch.</param>
/// <param name="Offset">The offset of its last publication; 0 when there was none.</param>
/// <param name="Publications">The publications, in the order asked for.</param>
/// <param name="Next">What to ask the next page with, as <c>since</c>; absent on the last one. A page may be empty and have one.</param>
public sealed record HistoryResult(
    string Epoch,
    long Offset,
    IReadOnlyList<EventMessage> Publications,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Position? Next = null);
