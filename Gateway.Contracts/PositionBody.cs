namespace RealtimeGateway.Contracts;

/// <summary>A position as a client writes it, before it is known to be one.</summary>
internal sealed record PositionBody(string? Epoch, long? Offset)
{
    public static PositionBody? Of(Position? position) => position is null ? null : new PositionBody(position.Epoch, position.Offset);

    /// <summary>The position; null where none was given.</summary>
    /// <exception cref="ShapeException">A part is missing or out of range.</exception>
    public static Position? ToPosition(PositionBody? body, string expected) => body switch
    {
        null => null,
        { Epoch: { } epoch, Offset: { } offset and >= 0 and < 1L << 53 } => new Position(epoch, offset),
        _ => throw new ShapeException(expected),
    };
}
