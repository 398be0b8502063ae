namespace RealtimeGateway.Configuration;

/// <summary>One of <c>Gateway:RateLimits</c>.</summary>
public sealed class RateLimitOptions
{
    /// <summary>How many may come at once, 1 to 1,000,000; as many again come back evenly over <see cref="Window"/>.</summary>
    public int Permits { get; set; }

    /// <summary>In how long, 100 ms to 1 day. Default 1 s.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What whoever exceeds it is told, one line of up to 200 characters. Default: a sentence that says the limit.</summary>
    public string? Message { get; set; }
}
