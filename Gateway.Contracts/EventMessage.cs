using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>The argument of the callback <c>event</c>: one publication of a channel.</summary>
public sealed record EventMessage
{
    /// <summary>The channel it was published in.</summary>
    public required string Channel { get; init; }

    /// <summary>The event's name, chosen by the publisher.</summary>
    public required string Event { get; init; }

    /// <summary>The payload: any JSON value.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>The publication's id; the same on every channel that one call published to.</summary>
    public required string Id { get; init; }

    /// <summary>The epoch of its position; absent where the channel keeps no history.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Epoch { get; init; }

    /// <summary>The offset of its position; absent where the channel keeps no history.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Offset { get; init; }

    /// <summary>When the gateway accepted it (RFC 3339, UTC).</summary>
    [JsonConverter(typeof(UtcTimeConverter))]
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who published it; null for server code.</summary>
    public Sender? Sender { get; init; }

    /// <summary>All channels of the call, when it named several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>True when it comes from history because the session asked for what it missed; then it comes before any live one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Replayed { get; init; }

    /// <summary>
    /// The keys of the session's subscriptions with event patterns or a filter that it matched
    /// (<see cref="SubscribeResult.Key"/>); absent where only plain ones did.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Matched { get; init; }
}
