using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>What became of a publish, as far as its publisher was told.</summary>
/// <param name="Id">The id of the acknowledgement; null without one.</param>
/// <param name="Position">Its position, where the channel keeps history.</param>
/// <param name="Code">The code of the error that it was answered with; null with an acknowledgement, and without any answer.</param>
internal readonly record struct PublishOutcome(string? Id, Position? Position = null, string? Code = null)
{
    /// <summary>No answer came.</summary>
    public static PublishOutcome None { get; } = new(Id: null);

    public bool IsAcknowledged => Id is not null;

    /// <summary>Whether it may have had an effect, though it was not acknowledged (promise 1).</summary>
    public bool IsUnknown => Id is null && Code is null or ErrorCodes.Unavailable or ErrorCodes.Internal;
}
