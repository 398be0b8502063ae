using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

public sealed partial class RealtimeClient
{
    /// <summary>One page of who is in a channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="cursor">Where the last page ended; null for the first.</param>
    /// <param name="limit">Members a page, 1 to 1,000.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RealtimeException">The gateway refused it, or did not answer in <see cref="RealtimeClientOptions.CallTimeout"/>.</exception>
    public Task<MembersPage> MembersAsync(
        string channel,
        string? cursor = null,
        int limit = MembersRequest.DefaultLimit,
        CancellationToken cancellationToken = default) =>
        _core.CallAsync<MembersPage>("GetMembers", [new MembersRequest { Channel = channel, Cursor = cursor, Limit = limit }], cancellationToken);

    /// <summary>One page of what a channel keeps.</summary>
    /// <exception cref="RealtimeException">The gateway refused it, or did not answer in <see cref="RealtimeClientOptions.CallTimeout"/>.</exception>
    public Task<HistoryResult> HistoryAsync(HistoryRequest request, CancellationToken cancellationToken = default) =>
        _core.CallAsync<HistoryResult>("GetHistory", [request], cancellationToken);

    /// <summary>The first page of what a channel keeps, the oldest first.</summary>
    /// <exception cref="RealtimeException">The gateway refused it, or did not answer in <see cref="RealtimeClientOptions.CallTimeout"/>.</exception>
    public Task<HistoryResult> HistoryAsync(string channel, CancellationToken cancellationToken = default) =>
        HistoryAsync(new HistoryRequest { Channel = channel }, cancellationToken);

    /// <summary>
    /// Who is in a channel, kept up to date until it is disposed. Subscribe to the channel before: changes come by the subscription.
    /// </summary>
    /// <exception cref="RealtimeException">The gateway refused the list, or did not answer in <see cref="RealtimeClientOptions.CallTimeout"/>.</exception>
    public async Task<PresenceSet> PresenceAsync(string channel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        var set = new PresenceSet(channel, _core.Presence, (set, change) => _core.Notifier.Raise(() => set.Raise(change)));
        _core.Presence.Add(set);
        try
        {
            await _core.WithConnectionAsync(
                "GetMembers",
                async (connection, token) =>
                {
                    await set.LoadAsync(connection, token).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Tells others about this user: any JSON object, which everybody who sees the member gets. It is told again after each reconnect,
    /// unless <see cref="RealtimeClientOptions.Restore"/> is off.
    /// </summary>
    /// <exception cref="RealtimeException">The gateway refused it, or did not answer in <see cref="RealtimeClientOptions.CallTimeout"/>.</exception>
    public Task UpdateProfileAsync(JsonElement profile, CancellationToken cancellationToken = default) =>
        _core.UpdateProfileAsync(profile, cancellationToken);

    /// <inheritdoc cref="UpdateProfileAsync(JsonElement, CancellationToken)"/>
    public Task UpdateProfileAsync<T>(T profile, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default) =>
        UpdateProfileAsync(JsonSerializer.SerializeToElement(profile, typeInfo), cancellationToken);
}
