namespace RealtimeGateway;

/// <summary>
/// Ends the process in its time when a stop hangs (promise 12): whoever runs it would kill it, and take that for a crash.
/// </summary>
internal static class ExitDeadline
{
    /// <summary>A stop may take 30 s.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(29);

    /// <summary>From the moment on that the stop begins, it has so long. To be called after everything that the stop waits for.</summary>
    /// <param name="lifetime">The host.</param>
    /// <param name="limit">How long.</param>
    /// <param name="exit">What happens then.</param>
    public static void Register(IHostApplicationLifetime lifetime, TimeSpan limit, Action exit) => lifetime.ApplicationStopping.Register(() =>
    {
        // A thread of its own: what hangs may be all the others.
        var thread = new Thread(() =>
        {
            Thread.Sleep(limit);
            exit();
        })
        {
            IsBackground = true,
            Name = nameof(ExitDeadline),
        };
        thread.Start();
    });
}
