using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>Between messages and what carries them.</summary>
internal static class Wire
{
    private const char RecordSeparator = '\u001e';

    /// <summary>As the hub protocol writes.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A message as it is carried.</summary>
    public static ReadOnlySequence<byte> Carried(string message) => new(Encoding.UTF8.GetBytes(message + RecordSeparator));

    /// <summary>The one message that was carried.</summary>
    public static string MessageIn(ReadOnlyMemory<byte> carried)
    {
        var text = Encoding.UTF8.GetString(carried.Span);
        return text.IndexOf(RecordSeparator, StringComparison.Ordinal) == text.Length - 1
            ? text[..^1]
            : throw new InvalidOperationException($"This is not one message and its separator: {text}");
    }

    /// <summary>What is left of JSON when a record has read it and writes it again.</summary>
    public static string Through(Type record, string json) => JsonSerializer.Serialize(JsonSerializer.Deserialize(json, record, Options), record, Options);
}
