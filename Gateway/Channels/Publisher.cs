using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Channels;

/// <summary>The one way by which anything is published, whoever wants it and however it came in.</summary>
internal sealed class Publisher(IBroker broker, ChannelRegistry channels, DraftRules rules, TimeProvider time)
{
    /// <summary>Publishes a draft whose permission was decided.</summary>
    /// <returns>One acknowledgement a channel, in order (promise 1).</returns>
    public async ValueTask<Result<IReadOnlyList<PublishResult>>> PublishAsync(Draft draft, CancellationToken cancellationToken)
    {
        if (rules.Check(draft).IsRefused(out var refusal, out var data))
        {
            return refusal;
        }

        var publication = new Publication
        {
            Channel = draft.Channels[0],
            Event = draft.Event,
            Data = data,
            Id = draft.Id ?? Guid.CreateVersion7().ToString("N"),
            Time = time.GetUtcNow(),
            Sender = draft.Sender,
            Channels = draft.Channels.Count > 1 ? draft.Channels : null,
            Echo = draft.Echo,
        };
        var key = draft.Id is null ? null : new IdempotencyKey(draft.Principal, draft.Id);
        var results = new PublishResult[draft.Channels.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var channel = draft.Channels[i];
            var outcome = await broker.PublishAsync(publication with { Channel = channel }, channels.RetentionOf(channel), key, cancellationToken);
            if (outcome.IsRefused(out refusal, out var published))
            {
                return refusal;
            }

            results[i] = new PublishResult(published.Id, channel, published.Position?.Epoch, published.Position?.Offset);
        }

        return results;
    }
}
