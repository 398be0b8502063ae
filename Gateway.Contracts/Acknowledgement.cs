using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>The answer of <c>Send</c>: the acknowledgement of a publication.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Epoch">The epoch of its position; absent where the channel keeps no history.</param>
/// <param name="Offset">The offset of its position; absent where the channel keeps no history.</param>
public sealed record Acknowledgement(
    string Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Epoch = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Offset = null);
