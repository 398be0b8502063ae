using System.Buffers;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>How the messages of a protocol stand one behind another, for who passes them on and does not read them.</summary>
internal interface IFraming
{
    /// <summary>Measures the message at the beginning of what has come, which is not nothing.</summary>
    Frame Measure(in ReadOnlySequence<byte> bytes);

    /// <summary>Whether arrays and objects of a whole message nest deeper than this. What is no message does not.</summary>
    bool IsTooDeep(in ReadOnlySequence<byte> content, int maxDepth);

    /// <summary>Looks at a message that is dropped as it comes.</summary>
    /// <param name="frame">What was known of it when its beginning had come.</param>
    IFrameScanner CreateScanner(in Frame frame);
}
