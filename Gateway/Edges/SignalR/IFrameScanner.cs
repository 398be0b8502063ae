using System.Buffers;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Finds out, of a message too large or too deep to be read, which call it was. It takes the bytes piece by piece, and keeps no more
/// than a few of them.
/// </summary>
internal interface IFrameScanner
{
    /// <summary>The message's type, if it was found.</summary>
    string? Type { get; }

    /// <summary>The message's invocation id, if it has one.</summary>
    string? InvocationId { get; }

    /// <summary>Takes what belongs to the message, from its beginning on.</summary>
    /// <param name="bytes">What has come; then what of it is behind the message.</param>
    /// <returns>Whether its end has come.</returns>
    bool TakeUntilEnd(ref ReadOnlySequence<byte> bytes);
}
