using System.Text;
using System.Text.Json;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Bench.Micro;

/// <summary>What is published in all benchmarks: a bid in an auction, by a user, in a channel that keeps history.</summary>
internal static class Sample
{
    public const string Channel = "auction:1842";
    public const string Event = "bid";

    /// <summary>The data: 100 bytes of JSON.</summary>
    public const string Json =
        """{"lot":0,"price":120.25,"bidder":{"name":"Zoë Müller","country":"CH"},"note":"till close at 6 pm"}""";

    public static readonly byte[] Data = Encoding.UTF8.GetBytes(Json);

    public static readonly Sender Sender = new("user-31337", "a6Yx2kQmV0pTz9wBcD3eFg");

    private static readonly Position Start = new("0f1e2d3c4b5a6978", 0);

    /// <summary>The publication at this offset; without one of a channel that keeps nothing.</summary>
    public static Publication Publication(long? offset) => new()
    {
        Channel = Channel,
        Event = Event,
        Data = Data,
        Id = "0193a5e2c8f47b1e9d3c6a0f5b7e8d21",
        Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        Sender = Sender,
        Position = offset is { } at ? Start with { Offset = at } : null,
    };

    /// <summary>
    /// So many different filters, each for one lot above a price. The first matches what is published, the others do not.
    /// </summary>
    public static Interest[] Filters(int count) => [.. Enumerable.Range(0, count).Select(Filter)];

    private static Interest Filter(int lot) => Interest.Compile(
        events: null,
        [
            new FilterCondition { Method = "equal", Attribute = "lot", Values = [JsonSerializer.SerializeToElement(lot)] },
            new FilterCondition { Method = "greaterThan", Attribute = "price", Values = [JsonSerializer.SerializeToElement(100)] },
        ]).OrThrow();
}
