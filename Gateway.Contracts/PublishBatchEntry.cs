using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>
/// What became of one publication of a batch: its acknowledgement, a list of them where it named <c>channels</c>, or
/// <c>{ error: { code, message, retryAfter? } }</c>.
/// </summary>
[JsonConverter(typeof(PublishBatchEntryConverter))]
public sealed record PublishBatchEntry
{
    /// <summary>The acknowledgements, one for each channel; null where it was refused.</summary>
    public IReadOnlyList<PublishResult>? Published { get; init; }

    /// <summary>Whether the publication named a list of channels, however many.</summary>
    public bool NamesSeveral { get; init; }

    /// <summary>Why it was refused; null where it was published.</summary>
    public Error? Error { get; init; }
}

internal sealed class PublishBatchEntryConverter : JsonConverter<PublishBatchEntry>
{
    private const string Shape = "A batch's result is a list of { id, channel, epoch?, offset? }, of lists of them, and of { error }.";

    public override PublishBatchEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            return new PublishBatchEntry { Published = JsonShapes.List<PublishResult>(ref reader, options, Shape), NamesSeveral = true };
        }

        var entry = JsonShapes.Body<Flat>(ref reader, options, Shape);
        return entry switch
        {
            { Error: { } error } => new PublishBatchEntry { Error = error },
            { Id: { } id, Channel: { } channel } => new PublishBatchEntry { Published = [new PublishResult(id, channel, entry.Epoch, entry.Offset)] },
            _ => throw new ShapeException(Shape),
        };
    }

    public override void Write(Utf8JsonWriter writer, PublishBatchEntry value, JsonSerializerOptions options)
    {
        if (value.Error is { } error)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error"u8);
            writer.WriteString("code"u8, error.Code);
            writer.WriteString("message"u8, error.Message);
            if (error.RetryAfter is { } seconds)
            {
                writer.WriteNumber("retryAfter"u8, seconds);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        else if (value.NamesSeveral)
        {
            JsonShapes.Write(writer, value.Published, options);
        }
        else
        {
            JsonShapes.Write(writer, value.Published![0], options);
        }
    }

    internal sealed record Flat(string? Id, string? Channel, string? Epoch, long? Offset, Error? Error);
}
