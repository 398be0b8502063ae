using System.Buffers;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>One message on the wire.</summary>
/// <param name="Start">Bytes of framing before its content.</param>
/// <param name="ContentBytes">Bytes of its content, as far as is known yet.</param>
/// <param name="End">Bytes of framing behind it.</param>
/// <param name="IsWhole">Whether all of it has come.</param>
internal readonly record struct Frame(int Start, long ContentBytes, int End, bool IsWhole)
{
    /// <summary>All of its bytes.</summary>
    public long Bytes => Start + ContentBytes + End;

    /// <summary>The content of a whole message at the beginning of these bytes.</summary>
    public ReadOnlySequence<byte> ContentOf(in ReadOnlySequence<byte> bytes) => bytes.Slice(Start, ContentBytes);
}
