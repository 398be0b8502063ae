using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>A broker whose history and subscriptions can be made to fail, or to take their time.</summary>
internal sealed class HinderedBroker(IBroker broker) : IBroker
{
    /// <summary>What happens before history is read; null for nothing.</summary>
    public Func<Task>? BeforeReading { get; set; }

    /// <summary>What happens before somebody hears a channel; null for nothing.</summary>
    public Func<Task>? BeforeSubscribing { get; set; }

    public ValueTask<Result<Receipt>> PublishAsync(Publication publication, Retention? retention, IdempotencyKey? key, CancellationToken cancellationToken) =>
        broker.PublishAsync(publication, retention, key, cancellationToken);

    public ValueTask<int> SendAsync(string channel, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        broker.SendAsync(channel, message, cancellationToken);

    public async ValueTask<Position?> SubscribeAsync(string channel, Retention? retention, IBrokerHandler handler, CancellationToken cancellationToken)
    {
        if (BeforeSubscribing is { } hinder)
        {
            await hinder();
        }

        return await broker.SubscribeAsync(channel, retention, handler, cancellationToken);
    }

    public ValueTask UnsubscribeAsync(string channel, IBrokerHandler handler, CancellationToken cancellationToken) =>
        broker.UnsubscribeAsync(channel, handler, cancellationToken);

    public async ValueTask<HistoryPage> ReadAsync(string channel, Retention retention, long? after, int limit, bool reverse, CancellationToken cancellationToken)
    {
        if (BeforeReading is { } hinder)
        {
            await hinder();
        }

        return await broker.ReadAsync(channel, retention, after, limit, reverse, cancellationToken);
    }

    public ValueTask<Position> ClearAsync(string channel, Retention retention, CancellationToken cancellationToken) =>
        broker.ClearAsync(channel, retention, cancellationToken);
}
