using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Channels;

/// <summary>The one way by which anything is published, whoever wants it and however it came in: prepared, then published.</summary>
internal sealed class Publisher(IBroker broker, ChannelRegistry channels, Live<DraftRules> rules, GatewayMetrics metrics, TimeProvider time)
{
    /// <summary>Checks all that does not depend on who wants it.</summary>
    public Result<PreparedPublication> Prepare(Draft draft)
    {
        if (rules.Current.Check(draft).IsRefused(out var refusal, out var data))
        {
            return refusal;
        }

        var now = time.GetUtcNow();
        var publication = new Publication
        {
            Channel = draft.Channels[0],
            Event = draft.Event,
            Data = data,
            Id = draft.Id ?? PublicationId.Create(now),
            Time = now,
            Sender = draft.Sender,
            Channels = draft.Channels.Count > 1 ? draft.Channels : null,
            Echo = draft.Echo,
            Readers = draft.Readers,
        };
        return new PreparedPublication(publication, draft.Channels, draft.Id is null ? null : new IdempotencyKey(draft.Principal, draft.Id));
    }

    /// <summary>Publishes what was prepared, and permitted.</summary>
    /// <returns>One acknowledgement a channel, in order (promise 1).</returns>
    public async ValueTask<Result<IReadOnlyList<PublishResult>>> PublishAsync(PreparedPublication prepared, CancellationToken cancellationToken)
    {
        using var span = PublicationSpan.Begin(prepared.Publication.Time, prepared.Channels.Count, prepared.Publication.Data.Length);
        var results = new PublishResult[prepared.Channels.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var copy = i == 0 ? prepared.Publication : prepared.Publication with { Channel = prepared.Channels[i] };
            var outcome = await broker.PublishAsync(copy, channels.RetentionOf(copy.Channel), prepared.Key, cancellationToken);
            if (outcome.IsRefused(out var refusal, out var receipt))
            {
                span.Refuse(refusal.Code);
                return refusal;
            }

            metrics.Published();
            results[i] = new PublishResult(receipt.Id, copy.Channel, receipt.Position?.Epoch, receipt.Position?.Offset);
        }

        return results;
    }
}
