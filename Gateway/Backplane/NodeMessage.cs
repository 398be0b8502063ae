using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane;

/// <summary>What one node says to others, as it travels: something told (a body alone), a question (a number and a body), or an answer to one.</summary>
/// <param name="From">The node that says it.</param>
/// <param name="Question">The asker's number of the question; null where nothing is asked or answered.</param>
/// <param name="Answer">The answer; null where it is none.</param>
/// <param name="Body">What is told or asked, in the words of whom it is for; null in an answer.</param>
internal sealed record NodeMessage(string From, long? Question = null, NodeAnswer? Answer = null, JsonElement? Body = null)
{
    private const int CurrentVersion = 1;
    private const int MaxNameLength = 128;

    private static readonly JsonSerializerOptions Wire = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter<NodeAnswer>(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <summary>The version of this shape. A node that does not know it ignores the message, as any other that it cannot read.</summary>
    [JsonRequired]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>As bytes.</summary>
    public ReadOnlyMemory<byte> Write() => JsonSerializer.SerializeToUtf8Bytes(this, Wire);

    /// <summary>Reads them; false for bytes that no node of this version wrote.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out NodeMessage? message)
    {
        try
        {
            message = JsonSerializer.Deserialize<NodeMessage>(bytes.Span, Wire);
        }
        catch (JsonException)
        {
            message = null;
        }

        message = message is { Version: CurrentVersion } && Printable.IsWord(message.From, MaxNameLength) && message.HasShape ? message : null;
        return message is not null;
    }

    private bool HasShape => Answer is null ? Body is not null : Question is not null && Body is null;
}
