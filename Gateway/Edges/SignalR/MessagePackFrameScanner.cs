using System.Buffers;
using System.Globalization;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Sees what a message of the MessagePack protocol was, by its beginning: the invocation id stands before the arguments. Where headers fill
/// all of that, nothing is known of it, not even that it was a call.
/// </summary>
internal sealed class MessagePackFrameScanner(Frame frame) : IFrameScanner
{
    private const int MaxKept = 4 * 1024;

    private readonly byte[] _kept = new byte[Math.Min(frame.ContentBytes, MaxKept)];
    private int _length;
    private long _framing = frame.Start;
    private long _left = frame.ContentBytes;

    public string? Type { get; private set; }

    public string? InvocationId { get; private set; }

    public bool TakeUntilEnd(ref ReadOnlySequence<byte> bytes)
    {
        bytes = bytes.Slice(Take(ref _framing, bytes));
        var content = bytes.Slice(0, Take(ref _left, bytes));
        Keep(content);
        bytes = bytes.Slice(content.End);
        if (_framing + _left > 0)
        {
            return false;
        }

        Read();
        return true;
    }

    private static long Take(ref long left, in ReadOnlySequence<byte> bytes)
    {
        var taken = Math.Min(left, bytes.Length);
        left -= taken;
        return taken;
    }

    private void Keep(in ReadOnlySequence<byte> content)
    {
        var kept = content.Slice(0, Math.Min(content.Length, _kept.Length - _length));
        kept.CopyTo(_kept.AsSpan(_length));
        _length += (int)kept.Length;
    }

    private void Read()
    {
        try
        {
            var reader = new MessagePackReader(_kept.AsSpan(0, _length));
            var type = MessagePackEnvelope.ReadType(ref reader, out var items);
            if (items >= 2)
            {
                MessagePackEnvelope.ReadHeaders(ref reader);
                InvocationId = MessagePackEnvelope.ReadInvocationId(ref reader);
                Type = type.ToString(CultureInfo.InvariantCulture);
            }
        }
        catch (InvalidDataException)
        {
            // It is no message, or its id does not stand in what was kept.
        }
    }
}
