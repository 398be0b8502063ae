namespace RealtimeGateway.Configuration;

/// <summary>The section <c>Gateway</c>, as its user wrote it. Every key can also come from the environment (<c>Gateway__Auth__Jwt__Secret</c>).</summary>
public sealed class GatewayOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Gateway";

    /// <summary>Whether the gateway takes clients at all. Default true; false refuses all with <c>disabled</c>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Who may connect, and how he shows it.</summary>
    public AuthOptions Auth { get; set; } = new();

    /// <summary>What clients may do at all.</summary>
    public ClientsOptions Clients { get; set; } = new();

    /// <summary>The roles that may broadcast. Default: nobody.</summary>
    public IList<string> Broadcast { get; set; } = [];

    /// <summary>The policies, in order; the first whose pattern fits a channel rules it. Default: none, so every channel is denied.</summary>
    public IList<ChannelPolicyOptions> Channels { get; set; } = [];

    /// <summary>How often clients may do what.</summary>
    public RateLimitsOptions RateLimits { get; set; } = new();

    /// <summary>The bounds of one node.</summary>
    public LimitsOptions Limits { get; set; } = new();

    /// <summary>The Redis that many gateways share. Default: none.</summary>
    public RedisOptions Redis { get; set; } = new();

    /// <summary>
    /// The origins of the pages that may use the gateway from a browser, as <c>https://app.example.com</c> or
    /// <c>https://*.example.com</c>. Default: the gateway's own. Programs have no origin and are not asked.
    /// </summary>
    public IList<string> AllowedOrigins { get; set; } = [];

    /// <summary>
    /// The proxies whose <c>X-Forwarded-For</c> is believed, as addresses or networks (<c>10.0.0.0/8</c>). Default: none, and
    /// the address of a client is that of its connection.
    /// </summary>
    public IList<string> TrustedProxies { get; set; } = [];
}
