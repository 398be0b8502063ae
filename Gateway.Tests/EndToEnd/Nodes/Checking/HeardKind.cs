namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>What a subscriber can be told of a channel.</summary>
internal enum HeardKind
{
    Answer,
    Event,
    Gap,
    Position,
}
