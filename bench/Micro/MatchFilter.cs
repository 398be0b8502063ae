using BenchmarkDotNet.Attributes;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Bench.Micro;

/// <summary>The filters of an audience on one publication: its data is parsed once, and each different filter asked once.</summary>
[MemoryDiagnoser]
public class MatchFilter
{
    private Interest[] _filters = [];

    /// <summary>How many different filters.</summary>
    [Params(1, 20)]
    public int Filters { get; set; }

    /// <summary>Compiles them.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _filters = Sample.Filters(Filters);
        Expect.That(Match() == 1, "It is not one filter that matches.");
    }

    /// <summary>Asks them.</summary>
    /// <returns>How many match.</returns>
    [Benchmark]
    public int Match()
    {
        using var candidate = new Candidate(Sample.Event, Sample.Data);
        var matches = 0;
        foreach (var filter in _filters)
        {
            if (filter.Matches(candidate))
            {
                matches++;
            }
        }

        return matches;
    }
}
