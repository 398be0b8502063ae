using System.Text.Json;
using RealtimeGateway.Client.Connections;
using RealtimeGateway.Contracts;

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
        // While it waited another may have been told, or the token may have become somebody else's.
        while (_told is { } told && told.UserId == userId())
        {
            try
            {
                await connection.InvokeAsync<JsonElement?>("UpdateProfile", [told.Profile], connection.Lost).ConfigureAwait(false);
                return;
            }
            catch (RealtimeException refusal) when (refusal.Error.RetryAfter is { } seconds)
            {
                if (!await WaitAsync(TimeSpan.FromSeconds(seconds), connection.Lost).ConfigureAwait(false) || !ReferenceEquals(_told, told))
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is ConnectionLostException or OperationCanceledException)
            {
                return; // The next connection restores it.
            }
            catch (Exception exception)
            {
                report(exception);
                return;
            }
        }
    }

    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken lost)
    {
        try
        {
            await Task.Delay(wait, time, lost).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private sealed record Told(string? UserId, JsonElement Profile);
}
