using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// A publication in Redis, without its channel and position, which stand beside it. What is read is checked for all that clients are
/// spared by the checks of whoever publishes: it may have been written by somebody else.
/// </summary>
internal static class PublicationBytes
{
    private const int MaxEventLength = 255;
    private const int MaxIdLength = 64;

    public static byte[] Write(Publication publication) => new FieldWriter()
        .Add(publication.Event)
        .Add(publication.Id)
        .Add(publication.Time.UtcTicks)
        .Add(publication.Echo ? 1 : 0)
        .Add(publication.Sender is { } sender ? sender.UserId is null ? [sender.ConnectionId] : [sender.ConnectionId, sender.UserId] : null)
        .Add(publication.Channels)
        .Add(publication.Readers)
        .Add(publication.Data.Span)
        .ToArray();

    public static bool TryRead(string channel, Position? position, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Publication? publication)
    {
        publication = null;
        var fields = new FieldReader(bytes);
        if (fields.TryRead(out string? name) && Printable.IsWord(name, MaxEventLength)
            && fields.TryRead(out string? id) && Printable.IsWord(id, MaxIdLength)
            && fields.TryRead(out long ticks) && ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            && fields.TryRead(out long echo)
            && fields.TryRead(out IReadOnlyList<string>? sender) && sender is null or { Count: 1 or 2 }
            && fields.TryRead(out IReadOnlyList<string>? channels)
            && fields.TryRead(out IReadOnlyList<string>? readers)
            && fields.TryRead(out ReadOnlyMemory<byte> data) && IsPayload(data.Span)
            && fields.IsAtEnd)
        {
            publication = new Publication
            {
                Channel = channel,
                Event = name,
                Data = data,
                Id = id,
                Time = new DateTimeOffset(ticks, TimeSpan.Zero),
                Sender = sender is null ? null : new Sender(sender.Count > 1 ? sender[1] : null, sender[0]),
                Channels = channels,
                Echo = echo != 0,
                Readers = readers,
                Position = position,
            };
        }

        return publication is not null;
    }

    // One valid JSON value, in valid UTF-8, on one line, of the depth that SignalR's clients read.
    private static bool IsPayload(ReadOnlySpan<byte> data)
    {
        if (!Utf8.IsValid(data) || data.ContainsAny((byte)'\r', (byte)'\n'))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(data);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
