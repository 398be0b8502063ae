using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Presence;

/// <summary>The channels in use, over all nodes, page by page. Who is hidden is not counted, here as elsewhere.</summary>
internal sealed class ChannelList(IDirectory directory)
{
    // One call looks at this many channels at most, however few of them are wanted.
    private const int MaxScanned = 10 * ChannelsRequest.MaxLimit;

    /// <summary>One page, in the order of names: a page goes on where the last ended, whichever channels came or went meanwhile.</summary>
    /// <param name="request">Which page.</param>
    /// <param name="includes">Which channels are to be seen.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Result<ChannelsPage>> ReadAsync(ChannelsRequest request, Func<string, bool> includes, CancellationToken cancellationToken)
    {
        if (request.Limit is < 1 or > ChannelsRequest.MaxLimit)
        {
            return new Error(ErrorCodes.InvalidRequest, $"The limit of channels goes from 1 to {ChannelsRequest.MaxLimit}.");
        }

        if (PageCursor.Read(request.Cursor).IsRefused(out var refusal, out var cursor))
        {
            return refusal;
        }

        var (after, scanned) = (cursor.Last, 0);
        var page = new List<ChannelSessions>();
        while (scanned < MaxScanned)
        {
            var slice = await directory.ChannelsAsync(request.Prefix, after, ChannelsRequest.MaxLimit, cancellationToken);
            foreach (var (name, connections) in slice.Channels)
            {
                if (page.Count == request.Limit)
                {
                    return new ChannelsPage(page, PageCursor.After(after!));
                }

                (after, scanned) = (name, scanned + 1);
                if (includes(name))
                {
                    page.Add(new ChannelSessions(name, connections));
                }
            }

            if (slice.IsLast)
            {
                return new ChannelsPage(page);
            }
        }

        return new ChannelsPage(page, PageCursor.After(after!));
    }

    /// <summary>How many are in one channel.</summary>
    public async ValueTask<ChannelSessions> CountAsync(string channel, CancellationToken cancellationToken) =>
        new(channel, await directory.CountConnectionsAsync(channel, cancellationToken));
}
