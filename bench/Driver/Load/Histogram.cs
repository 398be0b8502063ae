using System.Diagnostics;
using System.Numerics;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>Times, in buckets that are a 32nd of their power of two wide: a percentile is exact to 3 %, and writing one down costs next to nothing.</summary>
internal sealed class Histogram
{
    private const int StepBits = 5;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[(64 - StepBits) * Steps];
    private long _count;
    private long _max;

    /// <summary>The longest; zero if there are none.</summary>
    public TimeSpan Max => Time(_max);

    /// <param name="ticks">Of <see cref="Stopwatch"/>; 0 or more.</param>
    public void Record(long ticks)
    {
        _counts[Bucket(ticks)]++;
        _count++;
        if (ticks > _max)
        {
            _max = ticks;
        }
    }

    /// <summary>The time that a share of them does not exceed; zero if there are none.</summary>
    /// <param name="share">From 0 to 1.</param>
    public TimeSpan Percentile(double share)
    {
        var left = (long)Math.Ceiling(_count * share);
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            left -= _counts[bucket];
            if (left <= 0 && _count > 0)
            {
                return Time(Math.Min(UpperBound(bucket), _max));
            }
        }

        return TimeSpan.Zero;
    }

    private static TimeSpan Time(long ticks) => Stopwatch.GetElapsedTime(0, ticks);

    private static int Bucket(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks | Steps) - StepBits);
        return (shift * Steps) + (int)(ticks >> shift);
    }

    private static long UpperBound(int bucket)
    {
        var shift = Math.Max(0, (bucket / Steps) - 1);
        return ((bucket - (shift * Steps) + 1L) << shift) - 1;
    }
}
