namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>What can be wrong with a run.</summary>
internal enum Violation
{
    /// <summary>Acknowledged with a position, and a subscriber whose coverage includes it neither got it nor was told of a gap there.</summary>
    Lost,

    /// <summary>One position, or one id without a position, with two payloads.</summary>
    TwoPayloads,

    /// <summary>One id at two positions of an epoch: a repeat that had a second effect.</summary>
    TwoPositions,

    /// <summary>Events that came in another order than that of offsets, or offsets in another order than what was sent one after the other.</summary>
    Disorder,

    /// <summary>A jump in the offsets of an epoch, or to another epoch, without a word.</summary>
    SilentSkip,

    /// <summary>One position twice within one subscription.</summary>
    Duplicate,

    /// <summary><c>recovered: true</c>, and not all of it came; or <c>false</c>, and something was replayed.</summary>
    FalseRecovered,

    /// <summary>Accepted after a revocation was complete, and brought to whom it was taken from.</summary>
    WithoutPermission,

    /// <summary>Brought to a subscriber, though nobody sent it.</summary>
    NeverSent,

    /// <summary>A member that is not there.</summary>
    GhostMember,

    /// <summary>Somebody who is there and is no member.</summary>
    MissingMember,
}
