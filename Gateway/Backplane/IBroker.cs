using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Backplane;

/// <summary>Carries publications between nodes and keeps history. One per node; all nodes of a backplane share its streams.</summary>
/// <remarks>
/// Within an epoch the offsets of a channel are 1, 2, 3…, and each names one publication forever (promise 2). Assigning the
/// position, keeping and carrying are one step: nobody sees a publication whose position another can still get. A channel that
/// keeps nothing any more and that nobody hears is remembered by its position for a day, and in a bounded number; after that it
/// begins a new epoch.
/// A backplane that does not answer is a refusal of a publication, and a <see cref="RealtimeException"/> of everything else, with
/// <c>unavailable</c>.
/// </remarks>
internal interface IBroker
{
    /// <summary>Publishes, and returns once the broker has it and, with retention, keeps it (promise 1).</summary>
    /// <param name="publication">Its <see cref="Publication.Position"/> is ignored: the broker gives it one.</param>
    /// <param name="retention">
    /// What its channel keeps; null for nothing, and then there is no position. A channel that kept something before begins a
    /// new epoch when it does again.
    /// </param>
    /// <param name="key">
    /// Given again within 5 minutes, it changes nothing and returns the first result; with another event or another payload (as
    /// JSON, however it is written) it is a <c>conflict</c>.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting; the outcome is then unknown.</param>
    ValueTask<Result<Receipt>> PublishAsync(
        Publication publication,
        Retention? retention,
        IdempotencyKey? key,
        CancellationToken cancellationToken);

    /// <summary>
    /// Brings a message that is no publication to every handler of a channel, on every node: at most once, kept nowhere, and in no
    /// order against publications.
    /// </summary>
    /// <returns>How many nodes hear the channel, as far as it is known.</returns>
    ValueTask<int> SendAsync(string channel, ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Lets the handler hear a channel from now on. A handler that already hears it is an error of the caller.</summary>
    /// <returns>The position after which it hears everything; null without retention.</returns>
    ValueTask<Position?> SubscribeAsync(string channel, Retention? retention, IBrokerHandler handler, CancellationToken cancellationToken);

    /// <summary>Ends that: when this has returned, the handler is not called for the channel.</summary>
    ValueTask UnsubscribeAsync(string channel, IBrokerHandler handler, CancellationToken cancellationToken);

    /// <summary>Reads what a channel keeps.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="retention">What it keeps.</param>
    /// <param name="after">
    /// Only what has a higher offset, or with <paramref name="reverse"/> a lower one; null for all. What follows is read without
    /// a hole: where the next one is no longer kept, the page begins with the oldest that is.
    /// </param>
    /// <param name="limit">Publications at most.</param>
    /// <param name="reverse">Newest first instead of oldest first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<HistoryPage> ReadAsync(
        string channel,
        Retention retention,
        long? after,
        int limit,
        bool reverse,
        CancellationToken cancellationToken);

    /// <summary>Forgets what a channel keeps. Its position stays, so what is published next follows it.</summary>
    /// <returns>The position of its last publication: nothing up to there can be read any more.</returns>
    ValueTask<Position> ClearAsync(string channel, Retention retention, CancellationToken cancellationToken);
}
