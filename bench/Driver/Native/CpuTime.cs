namespace RealtimeGateway.Bench.Driver.Native;

/// <summary>
/// The CPU time of processes, by the scheduler's own count: to the nanosecond where they do not run just now, else behind by one tick of the
/// system at most. Threads that have ended are in it, so a pool that shrinks loses nothing.
/// </summary>
internal static unsafe class CpuTime
{
    // What clock_getcpuclockid makes of a process id.
    private const int SchedulerClock = 2;

    /// <summary>Of this process.</summary>
    public static TimeSpan OfDriver => Read(Libc.ProcessCpuClock);

    public static TimeSpan Of(IEnumerable<int> processes)
    {
        var sum = TimeSpan.Zero;
        foreach (var process in processes)
        {
            sum += Read((~process << 3) | SchedulerClock);
        }

        return sum;
    }

    private static TimeSpan Read(int clock)
    {
        Libc.TimeSpec time;
        return Libc.GetTime(clock, &time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
            : throw new InvalidOperationException("A process that is measured has ended.");
    }
}
