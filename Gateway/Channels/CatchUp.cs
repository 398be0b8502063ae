using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.History;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Channels;

/// <summary>
/// One subscriber on its way from a position it had to what is published now. It is pulled, by the subscriber's own reading, as
/// far as the channel is, and pushed from there on: nothing is lost or doubled in between, and however long it takes, it is not
/// slowness.
/// </summary>
/// <remarks>
/// Of the five steps of a subscription (docs/architecture.md) these are the last three. It can be ended at any time from outside
/// (<see cref="End"/>); after that nothing more is handed over.
/// </remarks>
internal sealed class CatchUp(Channel channel, ISubscriber subscriber, SubscriberInterests interests, Position since, Retention retention)
{
    // Held while the subscriber reads them, whatever history trims meanwhile.
    private const int PagePublications = 16;

    private static readonly Error Overtaken = new(
        ErrorCodes.Unavailable,
        "What was missed is kept no longer than it takes to read it; connect again, and recover from the last position that came.");

    private readonly Lock _lock = new();
    private SubscriberInterests _interests = interests;
    private Position _reached = since;
    private bool _hasReplayed;
    private bool _hasEnded;

    public ISubscriber Subscriber => subscriber;

    /// <summary>How far the subscriber has come.</summary>
    public Position Reached => _reached;

    /// <summary>
    /// Whether somebody came or went and it had no room to be told. It is told so once, at the end: until then it is kept short of room by
    /// what it asked for. The channel's lock guards it.
    /// </summary>
    public bool HasMissedPresence { get; set; }

    /// <summary>What the subscriber wants; what was handed over already stays.</summary>
    public SubscriberInterests Interests
    {
        get
        {
            lock (_lock)
            {
                return _interests;
            }
        }

        set
        {
            lock (_lock)
            {
                _interests = value;
            }
        }
    }

    /// <summary>Hands nothing over any more.</summary>
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
        }
    }

    /// <summary>Brings the subscriber up to what is published now.</summary>
    /// <returns>
    /// What became of it: all or nothing is replayed (promise 4). An error where that was begun and what follows is gone: then the
    /// subscriber can go on from where it is by coming back only.
    /// </returns>
    public async ValueTask<Result<Joined>> RunAsync(CancellationToken cancellationToken)
    {
        using var tail = channel.KeepTail();
        try
        {
            // 3. Decide.
            var page = await channel.ReadAsync(retention, _reached.Offset, PagePublications, cancellationToken);
            if (Recovery.FindObstacle(_reached, page.Top, page.Kept, channel.Limits.Publications) is { } obstacle)
            {
                return channel.GoLive(this, obstacle);
            }

            return await FollowAsync(page.Publications, cancellationToken) ?? GiveUp(RecoveryReasons.Trimmed);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is gone, which whoever ends its session sees to.
            return Joined.Never;
        }
        catch (Exception)
        {
            // The store failed. The subscriber is told, and nobody above this could do more about it.
            return GiveUp(RecoveryReasons.Unavailable);
        }
    }

    /// <summary>Hands over what comes next, if the subscriber wants it and may have it.</summary>
    public void Replay(Publication publication)
    {
        using var fanOut = new FanOut(publication, isReplayed: true);
        lock (_lock)
        {
            _reached = publication.Position!;
            if (!_hasEnded && fanOut.MessageFor(subscriber, _interests) is { } message)
            {
                subscriber.Outlet.Send(message);
                _hasReplayed = true;
            }
        }
    }

    /// <returns>Null when what comes next is kept no more.</returns>
    private async ValueTask<Joined?> FollowAsync(IReadOnlyList<Publication> next, CancellationToken cancellationToken)
    {
        while (true)
        {
            // 4. Pull until caught up.
            foreach (var publication in next)
            {
                if (publication.Position != _reached with { Offset = _reached.Offset + 1 })
                {
                    return null;
                }

                await WaitForRoomAsync(cancellationToken);
                Replay(publication);
            }

            // 5. Then push.
            await WaitForRoomAsync(cancellationToken);
            if (channel.TryGoLive(this, out var rest) is { } joined)
            {
                return joined;
            }

            next = rest ?? (await channel.ReadAsync(retention, _reached.Offset, PagePublications, cancellationToken)).Publications;
            if (next.Count == 0)
            {
                return null;
            }
        }
    }

    private async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        await subscriber.WaitForRoomAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private Result<Joined> GiveUp(string reason) => _hasReplayed ? Overtaken : channel.GoLive(this, reason);
}
