using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.InProcess;

/// <summary>
/// Publishes from server code in the gateway's process. Trusted: no permission is asked, and names that are the gateway's own
/// may be used (<c>$user:ID</c>, events that begin with <c>user:</c>).
/// </summary>
public interface IRealtimePublisher
{
    /// <summary>Publishes in one channel; returns once the gateway has it (promise 1).</summary>
    /// <param name="channel">A channel's name, <c>$all</c>, or <c>$user:ID</c>.</param>
    /// <param name="event">1 to 255 printable ASCII characters without spaces and <c>*</c>.</param>
    /// <param name="data">Whatever System.Text.Json can write; property names become camelCase.</param>
    /// <param name="cancellationToken">Gives up waiting; the outcome is then unknown.</param>
    /// <exception cref="RealtimeException">Refused; nothing was published.</exception>
    /// <exception cref="NotSupportedException">The data cannot be written as JSON; nothing was published.</exception>
    /// <exception cref="System.Text.Json.JsonException">The data cannot be written as JSON; nothing was published.</exception>
    ValueTask<PublishResult> PublishAsync<T>(string channel, string @event, T data, CancellationToken cancellationToken = default);

    /// <summary>Publishes in several channels, or under an idempotency key. The results are in the order of the channels.</summary>
    /// <exception cref="RealtimeException">Refused.</exception>
    ValueTask<IReadOnlyList<PublishResult>> PublishAsync(PublishRequest publication, CancellationToken cancellationToken = default);

    /// <summary>Publishes to every session.</summary>
    /// <exception cref="RealtimeException">Refused; nothing was published.</exception>
    ValueTask<BroadcastResult> BroadcastAsync<T>(string @event, T data, CancellationToken cancellationToken = default);
}
