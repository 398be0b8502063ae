namespace RealtimeGateway.Contracts;

/// <summary>Which page of the channels in use is wanted.</summary>
public sealed record ChannelsRequest
{
    /// <summary>How many channels a page holds unless asked otherwise.</summary>
    public const int DefaultLimit = 100;

    /// <summary>How many channels a page holds at most.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>What the names begin with; empty for all.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>Where the last page ended, as that page gave it; null for the first page.</summary>
    public string? Cursor { get; init; }

    /// <summary>Channels a page, 1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = DefaultLimit;
}
