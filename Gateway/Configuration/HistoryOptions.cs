namespace RealtimeGateway.Configuration;

/// <summary>A policy's <c>History</c>.</summary>
public sealed class HistoryOptions
{
    /// <summary>Publications kept at most, 1 to 10,000. Default 100.</summary>
    public int Size { get; set; } = 100;

    /// <summary>How long they are kept after the last one, 1 s to 7 days. Default 10 minutes.</summary>
    public TimeSpan Ttl { get; set; } = TimeSpan.FromMinutes(10);
}
