using System.Buffers;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>The framing of the MessagePack protocol: before each message stands its length.</summary>
internal sealed class MessagePackFraming : IFraming
{
    public static readonly MessagePackFraming Instance = new();

    private MessagePackFraming()
    {
    }

    public Frame Measure(in ReadOnlySequence<byte> bytes)
    {
        if (!LengthPrefix.TryRead(bytes, out var prefix))
        {
            return new Frame(Start: 0, ContentBytes: 0, End: 0, IsWhole: false);
        }

        // A length that is none goes to SignalR alone, which ends the connection for it: nobody knows where the next message begins.
        var length = prefix.Length ?? 0;
        return new Frame(prefix.Bytes, length, End: 0, bytes.Length - prefix.Bytes >= length);
    }

    public bool IsTooDeep(in ReadOnlySequence<byte> content, int maxDepth)
    {
        try
        {
            return MessagePackDepth.Exceeds(content.IsSingleSegment ? content.FirstSpan : content.ToArray(), maxDepth);
        }
        catch (InvalidDataException)
        {
            // Whoever reads it says so.
            return false;
        }
    }

    public IFrameScanner CreateScanner(in Frame frame) => new MessagePackFrameScanner(frame);
}
