using BenchmarkDotNet.Attributes;
using RealtimeGateway.Channels;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Bench.Micro;

/// <summary>
/// One publication to an audience that has 20 different filters, of which one matches. What the filters cost must not follow the
/// number of subscribers.
/// </summary>
[MemoryDiagnoser]
public class FanOutByFilter
{
    private const int Filters = 20;

    private readonly Audience _audience = new();
    private long _offset;

    /// <summary>How many share the filters, in equal parts.</summary>
    [Params(200, 1_000)]
    public int Subscribers { get; set; }

    /// <summary>Takes them in.</summary>
    [GlobalSetup]
    public void Setup()
    {
        SubscriberInterests[] interests = [.. Sample.Filters(Filters).Select(Wanting)];
        for (var i = 0; i < Subscribers; i++)
        {
            _audience.Add(new DroppingSubscriber(i), interests[i % Filters], cursor: 0);
        }

        Expect.That(HandOut() == Subscribers / Filters, "It is not one filter that matches.");
    }

    /// <summary>Hands it out.</summary>
    [Benchmark]
    public int HandOut() => _audience.HandOut(Sample.Publication(++_offset), out _);

    private static SubscriberInterests Wanting(Interest interest)
    {
        var set = InterestSet.Of([interest]);
        return new SubscriberInterests(set, set);
    }
}
