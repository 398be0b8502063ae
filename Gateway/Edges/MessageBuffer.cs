using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RealtimeGateway.Edges;

/// <summary>
/// Where a thread writes a message for many clients before it is as long as it will be. What writes takes what it needs as an
/// argument: publications are written by methods without a closure.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The writer is flushed after each use, and holds nothing to free.")]
internal sealed class MessageBuffer
{
    private const int InitialBytes = 4 * 1024;
    private const int LargestKeptBytes = 64 * 1024;

    [ThreadStatic]
    private static MessageBuffer? t_buffer;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly ArrayBufferWriter<byte> _bytes = new(InitialBytes);
    private readonly Utf8JsonWriter _json;

    private MessageBuffer() => _json = new Utf8JsonWriter(_bytes, WriterOptions);

    /// <summary>Where bytes are written.</summary>
    public IBufferWriter<byte> Bytes => _bytes;

    /// <summary>What is written. The copy has no more bytes than that: it may have to wait for many slow clients.</summary>
    /// <param name="what">What <paramref name="write"/> is given.</param>
    /// <param name="write">Writes it.</param>
    public static ReadOnlyMemory<byte> Fill<T>(T what, Action<MessageBuffer, T> write)
    {
        var buffer = t_buffer ??= new MessageBuffer();
        buffer._bytes.ResetWrittenCount(); // A write that failed left its beginning.
        write(buffer, what);
        var message = buffer._bytes.WrittenSpan.ToArray();
        t_buffer = buffer._bytes.Capacity > LargestKeptBytes ? null : buffer;
        return message;
    }

    /// <summary>Writes JSON as all wires have it: on one line, nothing escaped that need not be.</summary>
    public void WriteJson<T>(T what, Action<Utf8JsonWriter, T> write)
    {
        _json.Reset(); // As above.
        write(_json, what);
        _json.Flush();
    }
}
