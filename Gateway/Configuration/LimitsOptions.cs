namespace RealtimeGateway.Configuration;

/// <summary><c>Gateway:Limits</c>, for one node.</summary>
public sealed class LimitsOptions
{
    /// <summary>Bytes of one message from a client, 1 KiB to 1 MiB. Default 64 KiB.</summary>
    public int MessageBytes { get; set; } = 64 * 1024;

    /// <summary>Bytes of the body of one HTTP request, 1 KiB to 64 MiB. Default 1 MiB.</summary>
    public int RequestBytes { get; set; } = 1024 * 1024;

    /// <summary>The highest <see cref="MessageBytes"/>.</summary>
    internal const int MaxMessageBytes = 1024 * 1024;

    /// <summary>The longest <see cref="HandshakeTimeout"/> and <see cref="WriteTimeout"/>.</summary>
    internal static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How many of the largest messages must find room in what may wait for one client.</summary>
    internal const int OutboundMessages = 4;

    /// <summary>The part of what may wait for one client that the transport and the server hold, out of the queue's sight: an eighth.</summary>
    internal const int OutboundOutOfSight = 8;

    /// <summary>
    /// Bytes that may wait for one client before it is closed as slow, 64 KiB to 64 MiB, and four times <see cref="MessageBytes"/>
    /// or more. Default 1 MiB.
    /// </summary>
    public int OutboundBytes { get; set; } = 1024 * 1024;

    /// <summary>How long one write to a client may be stuck before it is closed as slow, 1 s to 60 s. Default 5 s.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a new connection may take for its handshake, 1 s to 60 s. Default 5 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Connections of one address that have not come through their handshake yet, 1 to 100,000. Default 1,000; beyond it the
    /// oldest is closed.
    /// </summary>
    public int UnfinishedPerAddress { get; set; } = 1_000;

    /// <summary>
    /// Connections that a user, an API key, or an address of guests has negotiated within 15 s and not taken up, 1 to 1,000,000.
    /// Default 10,000; beyond it their negotiation is refused.
    /// </summary>
    public int Negotiated { get; set; } = 10_000;

    /// <summary>Sessions from one address, 1 to 1,000,000. Default 10,000. Behind a proxy set <see cref="GatewayOptions.TrustedProxies"/>.</summary>
    public int SessionsPerAddress { get; set; } = 10_000;

    /// <summary>Sessions of one user, 1 to 100,000. Default 100.</summary>
    public int SessionsPerUser { get; set; } = 100;

    /// <summary>Channels one session may be subscribed to, 1 to 10,000. Default 100.</summary>
    public int ChannelsPerSession { get; set; } = 100;

    /// <summary>Subscriptions one session may have, 1 to 1,000. Default 100.</summary>
    public int SubscriptionsPerSession { get; set; } = 100;

    /// <summary>Channels that somebody on the node may be subscribed to, 1 to 10,000,000. Default 100,000.</summary>
    public int Channels { get; set; } = 100_000;

    /// <summary>
    /// Different combinations of event patterns and filter with which one channel may be subscribed to on the node, 1 to
    /// 100,000. Default 256: each is asked about every publication of the channel.
    /// </summary>
    public int FiltersPerChannel { get; set; } = 256;

    /// <summary>
    /// Missed publications that one channel replays to a session that comes back, 1 to 10,000. Default 10,000, which is all that
    /// a channel can keep; beyond it the answer is <c>too_far</c>.
    /// </summary>
    public int RecoveryPublications { get; set; } = 10_000;

    /// <summary>Bytes of a profile as JSON, 256 to 64 KiB. Default 4 KiB.</summary>
    public int ProfileBytes { get; set; } = 4 * 1024;

    /// <summary>
    /// Channels one publish may name, 1 to 1,000. Default 100. All its copies together may have a quarter of
    /// <see cref="OutboundBytes"/>.
    /// </summary>
    public int ChannelsPerPublish { get; set; } = 100;

    /// <summary>
    /// Channels with history of which the node keeps the position though nobody is subscribed, 1 to 10,000,000. Default
    /// 100,000; beyond it the one left alone for longest is forgotten and begins a new epoch.
    /// </summary>
    public int IdleChannels { get; set; } = 100_000;

    /// <summary>
    /// Bytes of history kept over all channels, 1 MiB to 64 GiB. Default 256 MiB; beyond it the history of the channel left
    /// alone for longest goes first.
    /// </summary>
    public long HistoryBytes { get; set; } = 256L * 1024 * 1024;
}
