using RealtimeGateway.Client.Connections;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>
/// Reads from history what one subscription has missed in one channel: because another one of this client came back to the channel
/// first, or because its own handler was too slow. What comes meanwhile is held back by the <see cref="ChannelFeed"/>.
/// </summary>
internal sealed class CatchUp(SubscriptionRegistry registry, Subscription subscription, ChannelFeed feed, GatewayConnection connection, TimeProvider time)
{
    /// <summary>Reads to the end, as fast as the handler takes it.</summary>
    public async Task RunAsync()
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(connection.Lost, subscription.Ended);
        try
        {
            while (!await HandOnPageAsync(ended.Token).ConfigureAwait(false))
            {
                // There is another page, or more came meanwhile than is held back: history has that too.
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ConnectionLostException)
        {
            // The next connection recovers from where this has come to.
        }
    }

    // Whether that was all. While an update is on its way nobody knows what the gateway filters by, and a page of before it says nothing
    // of what is wanted after it: so none is asked for meanwhile, and what was asked for before it does not end the reading.
    private async Task<bool> HandOnPageAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(registry.Read(subscription, core => core.Answered.Task)).WaitAsync(cancellationToken).ConfigureAwait(false);
        var (since, terms) = With(feed =>
        {
            feed.BeginPage();
            return (feed.Position!, subscription.Core.Terms);
        });
        HistoryResult page;
        try
        {
            page = await ReadAsync(since, terms, cancellationToken).ConfigureAwait(false);
            if (!await IsKeptAsync(since, page, cancellationToken).ConfigureAwait(false))
            {
                return Abandon(terms, RecoveryReasons.Trimmed, new Position(page.Epoch, page.Offset));
            }
        }
        catch (RealtimeException refusal)
        {
            // A position of another epoch is an invalid request.
            return Abandon(terms, refusal.Error.Code == ErrorCodes.InvalidRequest ? RecoveryReasons.EpochChanged : RecoveryReasons.Unavailable, null);
        }

        if (With(_ => !IsCurrent(terms)))
        {
            return false;
        }

        foreach (var message in page.Publications)
        {
            while (!With(feed => feed.TryHandOnMissed(message)))
            {
                await subscription.Queue.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return With(feed =>
        {
            feed.EndPage(page.Next ?? new Position(page.Epoch, page.Offset));
            return page.Next is null && IsCurrent(terms) && (feed.EndCatchUp(subscription.Core.IsWanted) || GoOn(feed));
        });
    }

    private bool Abandon(SubscriptionTerms terms, string reason, Position? top) =>
        With(feed => IsCurrent(terms) && (feed.AbandonCatchUp(reason, top, subscription.Core.IsWanted) || GoOn(feed)));

    // Under the lock of the registry, as all that With does.
    private bool IsCurrent(SubscriptionTerms terms) => subscription.Core.Call is null && ReferenceEquals(subscription.Core.Terms, terms);

    private static bool GoOn(ChannelFeed feed)
    {
        feed.BeginCatchUp();
        return false;
    }

    private Task<HistoryResult> ReadAsync(Position since, SubscriptionTerms terms, CancellationToken cancellationToken) => AskAsync(
        new HistoryRequest
        {
            Channel = feed.Channel,
            Since = since,
            Limit = HistoryRequest.MaxLimit,
            Events = terms.Events,
            Filter = terms.Filter,
        },
        cancellationToken);

    // History begins with the oldest that is kept, and does not say whether something before it is gone. What follows the position
    // must have been there still after the page was read.
    private async Task<bool> IsKeptAsync(Position since, HistoryResult page, CancellationToken cancellationToken)
    {
        if (page.Offset == since.Offset || page.Publications is [{ Offset: { } first }, ..] && first == since.Offset + 1)
        {
            return true;
        }

        var next = await AskAsync(
            new HistoryRequest { Channel = feed.Channel, Since = since with { Offset = since.Offset + 2 }, Limit = 1, Reverse = true },
            cancellationToken).ConfigureAwait(false);
        return next.Publications.Count > 0 || next.Next is not null;
    }

    private Task<HistoryResult> AskAsync(HistoryRequest request, CancellationToken cancellationToken) => Patience.AskAsync(
        () => connection.InvokeAsync<HistoryResult>("GetHistory", [request], cancellationToken),
        time,
        cancellationToken);

    private T With<T>(Func<ChannelFeed, T> what) => registry.WhileCatchingUp(subscription, feed, connection, what);
}
