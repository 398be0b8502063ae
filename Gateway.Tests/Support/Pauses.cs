using System.Diagnostics;

namespace RealtimeGateway.Tests.Support;

/// <summary>
/// How long this process stood still, now and then: what should have happened each hundredth of a second, on a thread of its own and on
/// the pool, and came too late.
/// </summary>
internal static class Pauses
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly Lock Lock = new();
    private static readonly List<(long End, TimeSpan Length)> All = [];

    static Pauses()
    {
        new Thread(WatchThread) { IsBackground = true, Name = "pauses" }.Start();
        _ = WatchPoolAsync();
    }

    /// <summary>The longest that ended after a time of <see cref="Stopwatch.GetTimestamp"/>; zero where none was worth mentioning.</summary>
    public static TimeSpan LongestSince(long timestamp)
    {
        lock (Lock)
        {
            return All.Where(pause => pause.End > timestamp).Select(pause => pause.Length).DefaultIfEmpty().Max();
        }
    }

    private static void WatchThread()
    {
        for (var since = Stopwatch.GetTimestamp(); ; since = Note(since))
        {
            Thread.Sleep(Interval);
        }
    }

    private static async Task WatchPoolAsync()
    {
        for (var since = Stopwatch.GetTimestamp(); ; since = Note(since))
        {
            await Task.Delay(Interval);
        }
    }

    private static long Note(long since)
    {
        var now = Stopwatch.GetTimestamp();
        var length = Stopwatch.GetElapsedTime(since, now) - Interval;
        if (length >= Shortest)
        {
            lock (Lock)
            {
                All.Add((now, length));
            }
        }

        return now;
    }
}
