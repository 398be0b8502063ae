using BenchmarkDotNet.Attributes;
using RealtimeGateway.Channels;

namespace RealtimeGateway.Bench.Micro;

/// <summary>
/// One publication to an audience that wants everything, up to each subscriber's <see cref="IOutlet.Send"/>. The time has to
/// follow the number of subscribers; the bytes must not, for what is allocated is allocated once for all.
/// </summary>
[MemoryDiagnoser]
public class FanOutPublication
{
    private readonly Audience _audience = new();
    private long _offset;

    /// <summary>How many hear it.</summary>
    [Params(10, 500, 5_000)]
    public int Subscribers { get; set; }

    /// <summary>Takes them in.</summary>
    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < Subscribers; i++)
        {
            _audience.Add(new DroppingSubscriber(i), SubscriberInterests.Everything, cursor: 0);
        }

        Expect.That(HandOut() == Subscribers, "Not everybody gets it.");
    }

    /// <summary>Hands it out. Each time it is the next of the channel, for nobody gets one twice.</summary>
    [Benchmark]
    public int HandOut() => _audience.HandOut(Sample.Publication(++_offset), out _);
}
