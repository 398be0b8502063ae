using RealtimeGateway.Contracts;

namespace RealtimeGateway.Sessions;

/// <summary>
/// The end of a node that is asked to stop (promise 12). Nobody comes in any more; who is here is told to come back, one after
/// another, so that the nodes that they come back to are not asked for all of them at once.
/// </summary>
internal sealed partial class Drain(SessionRegistry sessions, Remaining remaining, TimeProvider time, ILogger<Drain> logger)
{
    /// <summary>What is said to who comes now. On a single node he is too early until it has started again.</summary>
    public static readonly Error Refusal = new(ErrorCodes.Unavailable, "The gateway is stopping; connect again.", RetryAfter: 5);

    // Who is here already may come back at once: another node has room.
    private static readonly Error Farewell = Refusal with { RetryAfter = null };

    /// <summary>When the first is told: what was sent before the stop has come by then, and whoever asks for readiness knows.</summary>
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>When all are told.</summary>
    private static readonly TimeSpan Last = TimeSpan.FromSeconds(10);

    /// <summary>How long a client's last call may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>When it is over, whoever is still here: it leaves the host 15 s of the 30 that a stop may take.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private volatile bool _hasBegun;

    /// <summary>Whether the gateway is stopping. It is not ready from then on.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Ends every session. Returns as soon as all are gone, at the deadline at the latest.</summary>
    public async Task RunAsync()
    {
        var began = time.GetTimestamp();
        _hasBegun = true;
        using var deadline = new CancellationTokenSource(Deadline, time);
        var open = sessions.Close();
        LogBegun(open.Count);
        try
        {
            await TellAllAsync(open, began).WaitAsync(deadline.Token);
            await remaining.WhenNoneAsync().WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // The host cuts off who is left.
        }
        catch (Exception exception)
        {
            LogFailed(exception);
        }

        LogEnded(time.GetElapsedTime(began).TotalSeconds, sessions.Count);
    }

    private async Task TellAllAsync(IReadOnlyList<Session> open, long began)
    {
        var gone = remaining.WhenNoneAsync();
        var ends = new List<Task>(open.Count);
        for (var i = 0; i < open.Count; i++)
        {
            var due = First + ((Last - First) * ((double)i / open.Count)) - time.GetElapsedTime(began);
            if (due > TimeSpan.Zero)
            {
                await Task.WhenAny(gone, Task.Delay(due, time));
            }

            ends.Add(open[i].LeaveAsync(Farewell, Patience));
        }

        await Task.WhenAny(gone, Task.WhenAll(ends));
    }

    [LoggerMessage(1, LogLevel.Information, "The gateway is stopping: {Sessions} sessions are told to connect again.")]
    private partial void LogBegun(int sessions);

    [LoggerMessage(2, LogLevel.Information, "The gateway has told its sessions to connect again, in {Seconds:0.0} s; {Left} are left.")]
    private partial void LogEnded(double seconds, int left);

    [LoggerMessage(3, LogLevel.Error, "The gateway failed to tell all of its sessions that it stops.")]
    private partial void LogFailed(Exception exception);
}
