using System.Text.Json;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;

namespace RealtimeGateway.Channels;

/// <summary>What channels keep, page by page, as far as it is wanted and for the one who asks.</summary>
internal sealed class HistoryReader(IBroker broker, ChannelRegistry channels, InterestCatalog interests)
{
    // One call looks at this much of a channel at most, however little of it is wanted.
    private const int MaxScanned = HistoryRequest.MaxLimit;
    private const long MaxScannedBytes = 1024 * 1024;

    /// <summary>One page, both ways. It ends early where its publications are large, or little of what is kept is wanted.</summary>
    /// <param name="request">Which page.</param>
    /// <param name="roles">The roles of who asks, which decide about publications for some readers only; null for trusted code, which gets all.</param>
    /// <param name="maxBytes">About how many bytes of JSON it may have; its first publication may have more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Result<HistoryResult>> ReadAsync(
        HistoryRequest request,
        IReadOnlySet<Role>? roles,
        int maxBytes,
        CancellationToken cancellationToken)
    {
        if (request.Limit is < 1 or > HistoryRequest.MaxLimit)
        {
            return new Error(ErrorCodes.InvalidRequest, $"The limit of history goes from 1 to {HistoryRequest.MaxLimit}.");
        }

        if (interests.Get(request.Events, request.Filter).IsRefused(out var refusal, out var interest))
        {
            return refusal;
        }

        if (channels.RetentionOf(request.Channel) is not { } retention)
        {
            return Disabled(request.Channel);
        }

        var wanted = InterestSet.Of([interest]);
        var page = await broker.ReadAsync(request.Channel, retention, request.Since?.Offset, MaxScanned, request.Reverse, cancellationToken);
        if (request.Since is { } since && since.Epoch != page.Top.Epoch)
        {
            return new Error(ErrorCodes.InvalidRequest, "The position is of another epoch than the channel is in now; ask again without since.");
        }

        var found = new List<EventMessage>();
        Position? reached = null;
        var (bytes, scannedBytes) = (0L, 0L);
        foreach (var publication in page.Publications)
        {
            scannedBytes += publication.Size;
            if (found.Count == request.Limit || scannedBytes > MaxScannedBytes && reached is not null)
            {
                break;
            }

            using var fanOut = new FanOut(publication, isReplayed: false);
            if ((roles is null || fanOut.MayBeReadBy(roles)) && fanOut.Match(wanted) is { } matched)
            {
                bytes += publication.Size;
                if (bytes > maxBytes && found.Count > 0)
                {
                    break;
                }

                found.Add(ToMessage(publication, matched));
            }

            reached = publication.Position;
        }

        return new HistoryResult(page.Top.Epoch, page.Top.Offset, found, NextOf(page, reached, request.Reverse));
    }

    /// <summary>Forgets what a channel keeps, and returns its position, which stays.</summary>
    public async ValueTask<Result<Position>> ClearAsync(string channel, CancellationToken cancellationToken) =>
        channels.RetentionOf(channel) is { } retention ? await broker.ClearAsync(channel, retention, cancellationToken) : Disabled(channel);

    private static Error Disabled(string channel) =>
        new(ErrorCodes.HistoryDisabled, $"'{channel}' keeps no history; History on its policy would.");

    // Null on the last page.
    private static Position? NextOf(HistoryPage page, Position? reached, bool reverse)
    {
        var last = reverse ? page.Top.Offset - page.Kept + 1 : page.Top.Offset;
        return reached is null || reached.Offset == last ? null : reached;
    }

    private static EventMessage ToMessage(Publication publication, IReadOnlyList<string> matched) => new()
    {
        Channel = publication.Channel,
        Event = publication.Event,
        Data = JsonElement.Parse(publication.Data.Span),
        Id = publication.Id,
        Epoch = publication.Position?.Epoch,
        Offset = publication.Position?.Offset,
        Time = publication.Time,
        Sender = publication.Sender,
        Channels = publication.Channels,
        Matched = matched.Count > 0 ? matched : null,
    };
}
