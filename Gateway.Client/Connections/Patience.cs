using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>Asks again for what is refused for a time, after that time.</summary>
internal static class Patience
{
    /// <summary>What is asked for, as soon as it is given.</summary>
    /// <param name="ask">Asks once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="RealtimeException">It was refused for good.</exception>
    public static async Task<T> AskAsync<T>(Func<Task<T>> ask, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (RealtimeException refusal) when (refusal.Error.RetryAfter is { } seconds)
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
