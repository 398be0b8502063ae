using System.Text.Json;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security.Keys;

namespace RealtimeGateway.Sessions;

/// <summary>What requests publish, as trusted code or as their user.</summary>
internal sealed class RequestPublishing(RequestTrust trust, ClientOperations clients, Publisher publisher, Live<DraftRules> rules)
{
    private const int MaxIdLength = 64;

    private static readonly int MaxBatchKeyLength = MaxIdLength - ItemId(string.Empty, PublishBatchRequest.MaxPublications - 1).Length;

    /// <summary>Bytes that the data of one publication has at most.</summary>
    public int MaxDataBytes => rules.Current.MaxBytes;

    /// <summary>Publishes in the channels of a request: in none if one of them is not permitted.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="request">What is to be published.</param>
    /// <param name="idempotencyKey">The id of a publication that has none of its own; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<Result<IReadOnlyList<PublishResult>>> PublishAsync(
        RequestCaller caller,
        PublishRequest request,
        string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        request = request with { Id = request.Id ?? idempotencyKey };
        if (trust.Covers(caller, ApiKeyScopes.Publish, Draft.Of(request, sender: null).Channels))
        {
            return await PublishAsServerAsync(caller, request, cancellationToken);
        }

        return request.Readers is not null ? RequestTrust.Refuse(caller, ApiKeyScopes.Publish)
            : trust.CheckClient(caller) is { } refusal ? refusal
            : await clients.PublishAsync(caller, request, cancellationToken);
    }

    /// <summary>Publishes one after another. What becomes of one changes nothing for the next.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="batch">The publications.</param>
    /// <param name="idempotencyKey">What their ids are made of, <c>KEY:0</c>, <c>KEY:1</c>…, where they have none of their own.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<Result<PublishBatchResult>> PublishAsync(
        RequestCaller caller,
        IReadOnlyList<PublishRequest> batch,
        string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        if (CheckBatch(batch, idempotencyKey) is { } refusal)
        {
            return caller.Charge(Operation.Request) ?? refusal;
        }

        var results = new PublishBatchEntry[batch.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var published = await PublishAsync(caller, batch[i], idempotencyKey is null ? null : ItemId(idempotencyKey, i), cancellationToken);
            results[i] = published.IsRefused(out var error, out var acknowledged)
                ? new PublishBatchEntry { Error = error }
                : new PublishBatchEntry { Published = acknowledged, NamesSeveral = batch[i].Channels is not null };
        }

        return new PublishBatchResult(results);
    }

    /// <summary>Publishes to every session.</summary>
    public async ValueTask<Result<BroadcastResult>> BroadcastAsync(
        RequestCaller caller,
        string @event,
        JsonElement data,
        string? id,
        CancellationToken cancellationToken)
    {
        if (!trust.Covers(caller, ApiKeyScopes.Publish, [ChannelName.All]))
        {
            return trust.CheckClient(caller) is { } refusal ? refusal : await clients.BroadcastAsync(caller, @event, data, id, cancellationToken);
        }

        var request = new PublishRequest { Channel = ChannelName.All, Event = @event, Data = data, Id = id };
        return (await PublishAsServerAsync(caller, request, cancellationToken)).IsRefused(out var error, out var results)
            ? error
            : new BroadcastResult(results[0].Id);
    }

    /// <summary>Publishes what the caller was found to be trusted with.</summary>
    public async ValueTask<Result<IReadOnlyList<PublishResult>>> PublishAsServerAsync(
        RequestCaller caller,
        PublishRequest request,
        CancellationToken cancellationToken)
    {
        var draft = Draft.Of(request, sender: null) with { Server = caller.Admitted.Key!.Role.ToString() };
        return publisher.Prepare(draft).IsRefused(out var refusal, out var prepared)
            ? refusal
            : await publisher.PublishAsync(prepared, cancellationToken);
    }

    private static Error? CheckBatch(IReadOnlyList<PublishRequest> batch, string? idempotencyKey) =>
        batch.Count == 0 ? new Error(ErrorCodes.InvalidRequest, "A batch has one publication or more.")
        : batch.Count > PublishBatchRequest.MaxPublications ? new Error(ErrorCodes.LimitExceeded, $"A batch has {PublishBatchRequest.MaxPublications} publications at most; this has {batch.Count}.")
        : idempotencyKey is not null && !Printable.IsWord(idempotencyKey, MaxBatchKeyLength) ? new Error(ErrorCodes.InvalidRequest, $"The Idempotency-Key of a batch is 1 to {MaxBatchKeyLength} printable ASCII characters without spaces.")
        : null;

    private static string ItemId(string key, int index) => $"{key}:{index}";
}
