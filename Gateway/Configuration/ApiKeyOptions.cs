namespace RealtimeGateway.Configuration;

/// <summary>One of <c>Gateway:Auth:ApiKeys</c>.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>What logs and roles (<c>key:NAME</c>) call it.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>The key's SHA-256 in hex, 64 digits. The key itself is nowhere.</summary>
    public string Sha256 { get; set; } = string.Empty;

    /// <summary>
    /// What it is good for: <c>connect</c>, <c>publish</c>, <c>broadcast</c>, <c>read</c>, <c>presence</c>, <c>history</c>,
    /// <c>users</c>, and <c>admin</c> for all but <c>connect</c>.
    /// </summary>
    public IList<string> Scopes { get; set; } = [];

    /// <summary>Patterns of the channels in which it is good for that. Default: all channels.</summary>
    public IList<string> Channels { get; set; } = [];

    /// <summary>
    /// The origins of the pages that may show it, as <c>https://app.example.com</c> or <c>https://*.example.com</c>. Default: it may
    /// be shown by pages of any origin, and by programs. With a list, not by programs: they have no origin.
    /// </summary>
    public IList<string> Origins { get; set; } = [];

    /// <summary>The addresses and networks (<c>10.0.0.0/8</c>) from which it may be shown. Default: from anywhere.</summary>
    public IList<string> Networks { get; set; } = [];

    /// <summary>When it stops to be valid. Default: never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}
