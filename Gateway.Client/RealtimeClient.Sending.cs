using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RealtimeGateway.Client.Sending;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

public sealed partial class RealtimeClient
{
    /// <summary>
    /// Publishes in one channel, and returns when the gateway has it. Sends keep their order. Each has an id of its own, so it is made
    /// again when its answer was lost with the connection, and published once; for a guest, who is somebody else on another connection,
    /// it can be twice. After 4.5 minutes without an answer it is not made again on another connection, and fails with
    /// <c>unavailable</c>: the gateway might not know its id any more. Cancelled, it is not sent any more; if it was under way, nobody knows.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="data">The payload: any JSON value.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The acknowledgement.</returns>
    /// <exception cref="RealtimeException">It was refused: by the gateway, or while there is no connection because the buffer is full or off.</exception>
    public async Task<PublishResult> SendAsync(string channel, string eventName, JsonElement data, CancellationToken cancellationToken = default)
    {
        var results = await PublishAsync(new PublishRequest { Channel = channel, Event = eventName, Data = data }, cancellationToken).ConfigureAwait(false);
        return results[0];
    }

    /// <inheritdoc cref="SendAsync(string, string, JsonElement, CancellationToken)"/>
    /// <param name="channel">The channel.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="data">The payload.</param>
    /// <param name="typeInfo">How it is written: metadata that was generated from source, without reflection.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<PublishResult> SendAsync<T>(
        string channel,
        string eventName,
        T data,
        JsonTypeInfo<T> typeInfo,
        CancellationToken cancellationToken = default) =>
        SendAsync(channel, eventName, JsonSerializer.SerializeToElement(data, typeInfo), cancellationToken);

    /// <inheritdoc cref="SendAsync(string, string, JsonElement, CancellationToken)"/>
    /// <param name="channel">The channel.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="data">The payload.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="cancellationToken">Gives up.</param>
    [RequiresUnreferencedCode("Writes by reflection; give a JsonTypeInfo where the application is trimmed.")]
    [RequiresDynamicCode("Writes by reflection; give a JsonTypeInfo where the application is compiled ahead of time.")]
    public Task<PublishResult> SendAsync<T>(
        string channel,
        string eventName,
        T data,
        JsonSerializerOptions options,
        CancellationToken cancellationToken = default) =>
        SendAsync(channel, eventName, JsonSerializer.SerializeToElement(data, options), cancellationToken);

    /// <inheritdoc cref="SendAsync(string, string, JsonElement, CancellationToken)"/>
    /// <param name="channel">The channel.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="data">The payload, which is written with camelCase names.</param>
    /// <param name="cancellationToken">Gives up.</param>
    [RequiresUnreferencedCode("Writes by reflection; give a JsonTypeInfo where the application is trimmed.")]
    [RequiresDynamicCode("Writes by reflection; give a JsonTypeInfo where the application is compiled ahead of time.")]
    public Task<PublishResult> SendAsync<T>(string channel, string eventName, T data, CancellationToken cancellationToken = default) =>
        SendAsync(channel, eventName, data, JsonSerializerOptions.Web, cancellationToken);

    /// <summary>
    /// As <see cref="SendAsync(string, string, JsonElement, CancellationToken)"/>, in one channel or in several, and with an id or an
    /// echo of one's own choice. Without <see cref="PublishRequest.Id"/> it gets a random one.
    /// </summary>
    /// <returns>The acknowledgements, one for each channel in order.</returns>
    /// <exception cref="RealtimeException">As for a send.</exception>
    public async Task<IReadOnlyList<PublishResult>> PublishAsync(PublishRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request = request with { Id = request.Id ?? ShortId.Next(), Echo = request.Echo && _options.Echo };
        _core.Own.Add(request);
        IReadOnlyList<PublishResult> results = request.Channels is null
            ? [await PublishAsync<PublishResult>(request, cancellationToken).ConfigureAwait(false)]
            : await PublishAsync<PublishResult[]>(request, cancellationToken).ConfigureAwait(false);
        foreach (var result in results)
        {
            _core.Own.Acknowledge(result);
        }

        return results;
    }

    /// <summary>
    /// Publishes to every session, where this client's roles allow it. It is not made again when its answer was lost: then it fails
    /// with <c>unavailable</c>, and its outcome is unknown.
    /// </summary>
    /// <returns>The acknowledgement.</returns>
    /// <exception cref="RealtimeException">As for a send.</exception>
    public Task<BroadcastResult> BroadcastAsync(string eventName, JsonElement data, CancellationToken cancellationToken = default) =>
        SendAsync(new PendingSend<BroadcastResult>("Broadcast", [eventName, data], isRepeatable: false), cancellationToken);

    /// <inheritdoc cref="BroadcastAsync(string, JsonElement, CancellationToken)"/>
    public Task<BroadcastResult> BroadcastAsync<T>(string eventName, T data, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default) =>
        BroadcastAsync(eventName, JsonSerializer.SerializeToElement(data, typeInfo), cancellationToken);

    private Task<T> PublishAsync<T>(PublishRequest request, CancellationToken cancellationToken) =>
        SendAsync(new PendingSend<T>("Publish", [request], isRepeatable: true), cancellationToken);

    private Task<T> SendAsync<T>(PendingSend<T> send, CancellationToken cancellationToken)
    {
        _core.Link.StartOnce();
        return _core.Sends.SendAsync(send, cancellationToken);
    }
}
