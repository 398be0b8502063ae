using System.Buffers;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>The framing of the JSON protocol: a message ends with a record separator, which no valid JSON contains.</summary>
internal sealed class JsonFraming : IFraming
{
    public const byte RecordSeparator = 0x1E;

    public static readonly JsonFraming Instance = new();

    private JsonFraming()
    {
    }

    public Frame Measure(in ReadOnlySequence<byte> bytes) => bytes.PositionOf(RecordSeparator) is { } end
        ? new Frame(Start: 0, bytes.Slice(0, end).Length, End: 1, IsWhole: true)
        : new Frame(Start: 0, bytes.Length, End: 1, IsWhole: false);

    public bool IsTooDeep(in ReadOnlySequence<byte> content, int maxDepth)
    {
        var opening = 0;
        foreach (var segment in content)
        {
            opening += segment.Span.Count((byte)'{') + segment.Span.Count((byte)'[');
        }

        if (opening <= maxDepth)
        {
            return false;
        }

        var scanner = new JsonFrameScanner();
        scanner.Scan(content);
        return scanner.MaxDepth > maxDepth;
    }

    public IFrameScanner CreateScanner(in Frame frame) => new JsonFrameScanner();
}
