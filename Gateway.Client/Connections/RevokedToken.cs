using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>
/// Decides what it means that channels were lost because the gateway takes the token no longer: where the application has another
/// one, the connection is made anew with it and nothing is lost; where it has none, the channels are.
/// </summary>
/// <param name="tokens">Where tokens come from.</param>
/// <param name="tell">Hears of the channels that are lost.</param>
/// <param name="report">Hears of what failed.</param>
internal sealed class RevokedToken(TokenSource tokens, Action<SubscriptionMessage> tell, Action<Exception> report)
{
    private readonly Lock _lock = new();
    private readonly List<SubscriptionMessage> _undecided = [];
    private GatewayConnection? _asking;
    private string? _last; // The token for which there was no other.

    /// <summary>A channel was lost by it. Channels that follow wait for the same decision.</summary>
    public void OnRevoked(SubscriptionMessage message, GatewayConnection connection)
    {
        var token = connection.Token;
        var isFirst = false;
        lock (_lock)
        {
            if (token is null || token == _last)
            {
                tell(message);
                return;
            }

            if (_asking != connection)
            {
                _undecided.Clear(); // What waits for another connection's decision was asked for again on this one.
                _asking = connection;
                isFirst = true;
            }

            _undecided.Add(message);
        }

        if (isFirst)
        {
            _ = DecideAsync(token, connection); // It reports its errors.
        }
    }

    private async Task DecideAsync(string token, GatewayConnection connection)
    {
        if (await HasAnotherAsync(token, connection.Lost).ConfigureAwait(false))
        {
            connection.GiveUp(new RealtimeException(new Error(ErrorCodes.Unauthenticated, "The token was revoked.")));
            return;
        }

        lock (_lock)
        {
            if (_asking == connection && !connection.Lost.IsCancellationRequested)
            {
                _asking = null;
                _last = token;
                _undecided.ForEach(tell);
                _undecided.Clear();
            }
        }
    }

    private async Task<bool> HasAnotherAsync(string token, CancellationToken lost)
    {
        try
        {
            return await tokens.GetAsync(lost).ConfigureAwait(false) is var other && other != token;
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            report(exception);
            return false;
        }
    }
}
