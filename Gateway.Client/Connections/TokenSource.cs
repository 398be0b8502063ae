namespace RealtimeGateway.Client.Connections;

/// <summary>Asks the application for its token, and does not wait for it for ever.</summary>
internal sealed class TokenSource(RealtimeClientOptions options)
{
    /// <summary>A JWT; null for a guest.</summary>
    /// <exception cref="TimeoutException">The application did not give one in <see cref="RealtimeClientOptions.CallTimeout"/>.</exception>
    public async Task<string?> GetAsync(CancellationToken cancellationToken)
    {
        if (options.Token is null)
        {
            return null;
        }

        using var asking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // On the pool, so that a function that blocks holds up nothing but its own thread.
            return await Task.Run(() => options.Token(asking.Token).AsTask(), CancellationToken.None)
                .WaitAsync(options.CallTimeout, options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await asking.CancelAsync().ConfigureAwait(false);
            throw new TimeoutException($"No token was given in {options.CallTimeout}.");
        }
    }
}
