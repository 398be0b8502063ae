using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>One message in a channel.</summary>
internal sealed record Publication
{
    // What surrounds the payload and the texts: the record, its position, its place in a queue, or its envelope on a wire.
    private const int Overhead = 256;

    public required string Channel { get; init; }

    public required string Event { get; init; }

    /// <summary>The payload: one valid JSON value in valid UTF-8, checked before it got here.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    public required string Id { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Who published; null for trusted code.</summary>
    public Sender? Sender { get; init; }

    /// <summary>All channels of the call that published it, when it named several.</summary>
    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>False spares the sender's connection.</summary>
    public bool Echo { get; init; } = true;

    /// <summary>The roles one of which a session must hold to get it, as they are written; null for whoever may read the channel.</summary>
    public IReadOnlyList<string>? Readers { get; init; }

    /// <summary>Given by the broker, where the channel keeps history.</summary>
    public Position? Position { get; init; }

    /// <summary>About how many bytes it takes, in memory or on a wire: payload, texts, and what surrounds them.</summary>
    public int Size =>
        Overhead + Data.Length + sizeof(char) * (Channel.Length + Event.Length + Id.Length + LengthOf(Channels) + LengthOf(Readers));

    private static int LengthOf(IReadOnlyList<string>? names) => names?.Sum(name => name.Length) ?? 0;
}
