using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>One connection after another: connects, waits for the end, waits a random time, connects again.</summary>
/// <param name="options">How often and how soon.</param>
/// <param name="open">Makes one connection.</param>
/// <param name="owner">Hears of all of them.</param>
internal sealed class ConnectionLoop(
    RealtimeClientOptions options,
    Func<CancellationToken, Task<GatewayConnection>> open,
    ILinkOwner owner)
{
    private readonly ReconnectDelays _delays = new(options.ReconnectDelay, options.MaxReconnectDelay, Random.Shared);
    private bool _wasConnected;

    /// <summary>Goes on until it is stopped, or there is no use in going on.</summary>
    /// <param name="first">What the first attempt is.</param>
    /// <param name="holder">Has the connection that there is.</param>
    /// <param name="stop">Ends the attempts, or closes the connection in order.</param>
    /// <returns>The end of the last one; final where it was given up.</returns>
    public async Task<ConnectionEnd> RunAsync(ClientState first, IConnectionHolder holder, CancellationToken stop)
    {
        var state = first;
        var attempt = 0;
        var wasUnauthenticated = false;
        owner.OnState(new ConnectionStateChange(state));
        while (true)
        {
            var connection = await TryOpenAsync(stop).ConfigureAwait(false);
            ConnectionEnd end;
            if (connection.Made is { } made)
            {
                end = await UseAsync(made, holder, stop).ConfigureAwait(false);
                state = ClientState.Reconnecting;
                attempt = 0;
                wasUnauthenticated = false;
            }
            else
            {
                end = connection.Failure!;
            }

            if (stop.IsCancellationRequested)
            {
                return new ConnectionEnd(null, IsFinal: false);
            }

            if (connection.Made is not null && !options.AutoReconnect && !end.IsFinal)
            {
                owner.OnState(new ConnectionStateChange(ClientState.Disconnected, Error: end.Error));
                return end;
            }

            // A token may have been good when it was given. It is asked for once more, at once.
            var isAskedAgain = end.Error?.Error.Code is ErrorCodes.Unauthenticated && !wasUnauthenticated && options.Token is not null;
            wasUnauthenticated = end.Error?.Error.Code is ErrorCodes.Unauthenticated;
            if (end.IsFinal && !isAskedAgain || attempt >= options.RetryAttempts)
            {
                var error = end.Error ?? new RealtimeException(new Error(ErrorCodes.Unavailable, "The connection was lost."));
                owner.OnState(new ConnectionStateChange(ClientState.Error, Error: error));
                return new ConnectionEnd(error, IsFinal: true);
            }

            attempt++;
            var wait = isAskedAgain ? TimeSpan.Zero : WaitBefore(attempt, end.Error?.Error.RetryAfter);
            owner.OnState(new ConnectionStateChange(state, Error: end.Error, Attempt: attempt, RetryIn: wait));
            if (!await WaitAsync(wait, stop).ConfigureAwait(false))
            {
                return new ConnectionEnd(null, IsFinal: false);
            }
        }
    }

    private async Task<(GatewayConnection? Made, ConnectionEnd? Failure)> TryOpenAsync(CancellationToken stop)
    {
        using var bounded = new CancellationTokenSource(options.CallTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bounded.Token, stop);
        try
        {
            return (await open(either.Token).ConfigureAwait(false), null);
        }
        catch (Exception exception)
        {
            if (bounded.IsCancellationRequested && exception is OperationCanceledException)
            {
                exception = new TimeoutException($"No connection came about in {options.CallTimeout}.", exception);
            }

            if (!stop.IsCancellationRequested)
            {
                owner.OnFailure(exception);
            }

            return (null, ConnectionEnd.OfAttempt(exception));
        }
    }

    private async Task<ConnectionEnd> UseAsync(GatewayConnection connection, IConnectionHolder holder, CancellationToken stop)
    {
        holder.Hold(connection);
        owner.OnState(new ConnectionStateChange(ClientState.Connected, connection.Id));
        owner.OnConnected(connection, _wasConnected);
        _wasConnected = true;
        holder.Ready(connection);
        try
        {
            return await connection.Ended.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new ConnectionEnd(null, IsFinal: false);
        }
        finally
        {
            holder.Release();
            await connection.DisposeAsync().ConfigureAwait(false);

            // Only now has the last of what it brought been taken.
            owner.OnLost();
        }
    }

    private TimeSpan WaitBefore(int attempt, int? retryAfter)
    {
        var wait = _delays.Before(attempt);
        var told = TimeSpan.FromSeconds(retryAfter ?? 0);

        // Those who were told the same time do not come back in the same moment.
        return told > TimeSpan.Zero ? told + wait : wait;
    }

    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        try
        {
            await Task.Delay(wait, options.TimeProvider, stop).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
