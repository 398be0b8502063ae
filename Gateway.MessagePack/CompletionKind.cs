namespace RealtimeGateway.MessagePack;

/// <summary>What a completion carries.</summary>
internal enum CompletionKind : long
{
    Error = 1,
    Void = 2,
    Result = 3,
}
