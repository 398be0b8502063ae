using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RealtimeGateway.Edges;

/// <summary>Where a thread writes a message for many clients before it is as long as it will be.</summary>
internal static class MessageBuffer
{
    private const int InitialBytes = 4 * 1024;
    private const int LargestKeptBytes = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>What is written. The copy has no more bytes than that: it may have to wait for many slow clients.</summary>
    public static ReadOnlyMemory<byte> Fill(Action<IBufferWriter<byte>> write)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(InitialBytes);
        buffer.ResetWrittenCount(); // A write that failed left its beginning.
        write(buffer);
        var message = buffer.WrittenSpan.ToArray();
        t_buffer = buffer.Capacity > LargestKeptBytes ? null : buffer;
        return message;
    }

    /// <summary>Writes JSON as all wires have it: on one line, nothing escaped that need not be.</summary>
    public static void WriteJson(IBufferWriter<byte> buffer, Action<Utf8JsonWriter> write)
    {
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        write(writer);
    }
}
