namespace RealtimeGateway.Backplane;

/// <summary>What a node says to a question of another.</summary>
internal enum NodeAnswer
{
    /// <summary>The question is its own, and what was asked for is done.</summary>
    Yes,

    /// <summary>It has nothing to do with the question.</summary>
    No,

    /// <summary>The question is its own, and it failed at it.</summary>
    Failed,
}
