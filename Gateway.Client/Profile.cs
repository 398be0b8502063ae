using System.Text.Json;
using RealtimeGateway.Client.Connections;

namespace RealtimeGateway.Client;

/// <summary>What this client has told others about its user, to be told again on the connections to come, as long as they are the same user's.</summary>
/// <param name="time">The clock.</param>
/// <param name="report">Hears of what failed for good.</param>
internal sealed class Profile(TimeProvider time, Action<Exception> report)
{
    private volatile Told? _told;

    /// <summary>The gateway has taken a profile of this user; null for a guest.</summary>
    public void Remember(string? userId, JsonElement profile) => _told = new Told(userId, profile);

    /// <summary>Tells it again, if it is this user's. A refusal for a time is waited for; other errors are reported.</summary>
    public async Task RestoreAsync(GatewayConnection connection, Func<string?> userId)
    {
        try
        {
            if (_told is { } told)
            {
                await Patience.AskAsync(() => RestoreOnceAsync(told), time, connection.Lost).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is ConnectionLostException or OperationCanceledException)
        {
            // The next connection restores it.
        }
        catch (Exception exception)
        {
            report(exception);
        }

        // While it waited another may have been told, or the token may have become somebody else's.
        Task<JsonElement?> RestoreOnceAsync(Told told) => ReferenceEquals(_told, told) && told.UserId == userId()
            ? connection.InvokeAsync<JsonElement?>("UpdateProfile", [told.Profile], connection.Lost)
            : Task.FromResult<JsonElement?>(null);
    }

    private sealed record Told(string? UserId, JsonElement Profile);
}
