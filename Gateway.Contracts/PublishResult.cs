using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>The acknowledgement of a publication in one of the channels it was published to.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Epoch">The epoch of its position; absent where the channel keeps no history.</param>
/// <param name="Offset">The offset of its position; absent where the channel keeps no history.</param>
public sealed record PublishResult(
    string Id,
    string Channel,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Epoch = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Offset = null);
