namespace RealtimeGateway.Configuration;

/// <summary>
/// <c>Gateway:RateLimits</c>: for each operation a list of limits that count in order, the first exceeded refusing. Counted
/// for each user, for each API key where no user is signed in, and for each address of guests. Default: none.
/// </summary>
public sealed class RateLimitsOptions
{
    /// <summary>Connecting, and whatever is refused at the door.</summary>
    public IList<RateLimitOptions> Connect { get; set; } = [];

    /// <summary>Subscribing; each channel of a call counts.</summary>
    public IList<RateLimitOptions> Subscribe { get; set; } = [];

    /// <summary>Publishing (each channel of a call counts), broadcasting, changing the profile.</summary>
    public IList<RateLimitOptions> Publish { get; set; } = [];

    /// <summary>Every other call, malformed and unknown ones included, and HTTP requests.</summary>
    public IList<RateLimitOptions> Request { get; set; } = [];
}
