using System.Text.Json;
using Microsoft.Extensions.Primitives;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.Sse;

/// <summary>What a request asks of a stream.</summary>
/// <param name="Subscription">What is to be heard, each channel from where the client is in it.</param>
/// <param name="Positions">Where the client is.</param>
/// <param name="IsComingBack">Whether it said so itself.</param>
internal sealed record SseRequest(SubscribeRequest Subscription, PositionVector Positions, bool IsComingBack)
{
    private const int MaxChannels = 32;

    /// <summary>Reads it, or says what is wrong with it.</summary>
    public static Result<SseRequest> Read(HttpRequest request)
    {
        string[] channels = [.. request.Query["channel"].OfType<string>().Distinct(StringComparer.Ordinal)];
        if (channels.Length is 0 or > MaxChannels)
        {
            return new Error(ErrorCodes.InvalidRequest, $"A stream is of 1 to {MaxChannels} channels: ?channel=a&channel=b.");
        }

        if (ReadFilter(request.Query["filter"]).IsRefused(out var refusal, out var filter) ||
            ReadPositions(request, channels).IsRefused(out refusal, out var positions))
        {
            return refusal;
        }

        var subscription = new SubscribeRequest
        {
            Channels = [.. channels.Select(channel => new ChannelRequest(channel, positions.Of[channel]))],
            Events = request.Query["events"] is { Count: > 0 } events ? [.. events.OfType<string>()] : null,
            Filter = filter,
        };
        return new SseRequest(subscription, positions.Of, positions.AreGiven);
    }

    private static Result<IReadOnlyList<FilterCondition>> ReadFilter(StringValues written)
    {
        if (written.Count == 0)
        {
            return Array.Empty<FilterCondition>();
        }

        try
        {
            if (written.Count == 1 && JsonSerializer.Deserialize<List<FilterCondition>>(written[0]!, JsonSerializerOptions.Web) is { } filter)
            {
                return filter;
            }
        }
        catch (JsonException)
        {
            // It is none.
        }

        return new Error(ErrorCodes.InvalidRequest, "The filter is one list of conditions { method, attribute?, values? } in JSON.");
    }

    // EventSource sends the header when it comes back by itself, and then it is newer than what is in its address.
    private static Result<(PositionVector Of, bool AreGiven)> ReadPositions(HttpRequest request, string[] channels)
    {
        var ids = request.Headers["Last-Event-ID"] is { Count: > 0 } header ? header : request.Query["lastEventId"];
        if (ids.Count > 1)
        {
            return new Error(ErrorCodes.InvalidRequest, "The last event id is there more than once.");
        }

        if (string.IsNullOrEmpty(ids))
        {
            return (new PositionVector(channels), AreGiven: false);
        }

        return PositionVector.Read(channels, ids.ToString()).IsRefused(out var refusal, out var positions) ? refusal : (positions, AreGiven: true);
    }
}
