using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Filters;

/// <summary>
/// The interests that somebody holds, so that equal ones are one instance. It keeps none alive, and remembers at most twice as
/// many as were alive when it last looked, or <see cref="MinSweep"/> where those are more. Safe for any number of threads.
/// </summary>
internal sealed class InterestCatalog
{
    /// <summary>How many it remembers before it looks for the first time which are held no longer.</summary>
    public const int MinSweep = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WeakReference<Interest>> _known = [];
    private int _sweepAt = MinSweep;

    /// <summary>How many it remembers, those included that are held no longer and not yet found so.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _known.Count;
            }
        }
    }

    /// <summary>What <see cref="Interest.Compile"/> returns, as the one instance of its kind.</summary>
    public Result<Interest> Get(IReadOnlyList<string>? events, IReadOnlyList<FilterCondition>? filter)
    {
        var compiled = Interest.Compile(events, filter);
        if (compiled.IsRefused(out _, out var interest) || interest.Key is null)
        {
            return compiled;
        }

        lock (_lock)
        {
            return ShareNeedsLock(interest, interest.Key);
        }
    }

    private Interest ShareNeedsLock(Interest interest, string key)
    {
        if (_known.TryGetValue(key, out var known))
        {
            if (known.TryGetTarget(out var shared))
            {
                return shared;
            }

            known.SetTarget(interest);
            return interest;
        }

        if (_known.Count >= _sweepAt)
        {
            SweepNeedsLock();
        }

        _known.Add(key, new WeakReference<Interest>(interest));
        return interest;
    }

    // There are twice as many as it left last time, so that each new one pays for two looks.
    private void SweepNeedsLock()
    {
        foreach (var (key, known) in _known)
        {
            if (!known.TryGetTarget(out _))
            {
                // Removing is what a dictionary allows while it is walked.
                _known.Remove(key);
            }
        }

        _sweepAt = Math.Max(MinSweep, 2 * _known.Count);
    }
}
