using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>Gives the gateway a new token before the last one expires, on the same connection.</summary>
/// <param name="tokens">Where tokens come from.</param>
/// <param name="time">The clock.</param>
/// <param name="becameUser">Hears who the session is from now on; null for a guest.</param>
/// <param name="report">Hears of what failed.</param>
internal sealed class TokenRefresh(TokenSource tokens, TimeProvider time, Action<string?> becameUser, Action<Exception> report)
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Goes on until the connection is lost, or a token has no end.</summary>
    public async Task RunAsync(GatewayConnection connection)
    {
        try
        {
            var token = connection.Token;
            while (TokenClaims.Read(token).ExpiresAt is { } expiresAt && expiresAt > time.GetUtcNow())
            {
                token = await RenewBeforeAsync(expiresAt, token, connection).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is ConnectionLostException or OperationCanceledException)
        {
            // The next connection begins with a new token.
        }
    }

    /// <summary>The time to wait before asking for another token, when so much is left of the one there is.</summary>
    public static TimeSpan WaitBefore(TimeSpan left)
    {
        var margin = left / 4 < LongestMargin ? left / 4 : LongestMargin;
        var wait = left - margin;
        return wait < ShortestWait ? ShortestWait : wait;
    }

    // The new token; the old one where there was no new one to be had.
    private async Task<string?> RenewBeforeAsync(DateTimeOffset expiresAt, string? token, GatewayConnection connection)
    {
        for (var due = time.GetUtcNow() + WaitBefore(expiresAt - time.GetUtcNow()); time.GetUtcNow() is var now && now < due;)
        {
            // Timers take no longer times than some weeks.
            var wait = due - now < LongestWait ? due - now : LongestWait;
            await Task.Delay(wait, time, connection.Lost).ConfigureAwait(false);
        }

        try
        {
            var renewed = await tokens.GetAsync(connection.Lost).ConfigureAwait(false);
            var result = await connection.InvokeAsync<AuthenticateResult>("Authenticate", [renewed], connection.Lost).ConfigureAwait(false);
            connection.Token = renewed;
            becameUser(result.UserId);
            return renewed;
        }
        catch (Exception exception) when (exception is not ConnectionLostException && !connection.Lost.IsCancellationRequested)
        {
            report(exception);
            return token;
        }
    }
}
