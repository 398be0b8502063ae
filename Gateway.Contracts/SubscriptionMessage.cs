using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>The argument of the callback <c>subscription</c>: what became of a subscribed channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="State">One of <see cref="SubscriptionStates"/>.</param>
/// <param name="Reason">Why: one of <see cref="ErrorCodes"/>, <see cref="SubscriptionStates.Presence"/>, or one of <see cref="RecoveryReasons"/>.</param>
/// <param name="Epoch">With <see cref="SubscriptionStates.Position"/>, or a gap of publications: the epoch of the position.</param>
/// <param name="Offset">The offset up to which the session has all that is for it, or that it can have.</param>
public sealed record SubscriptionMessage(
    string Channel,
    string State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Epoch = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Offset = null);
