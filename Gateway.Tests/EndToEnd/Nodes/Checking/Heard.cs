using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>One thing that a subscriber was told of a channel.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="At">Its position; null where the channel keeps no history.</param>
/// <param name="Id">Of an event: its id.</param>
/// <param name="Data">Of an event: its payload.</param>
/// <param name="IsReplayed">Of an event: whether it came from history.</param>
internal readonly record struct Heard(HeardKind Kind, Position? At, string Id = "", string Data = "", bool IsReplayed = false);
