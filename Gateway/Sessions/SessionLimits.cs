namespace RealtimeGateway.Sessions;

/// <summary>The bounds of one session.</summary>
/// <param name="Channels">Channels it may be subscribed to.</param>
/// <param name="Subscriptions">Subscriptions it may have.</param>
internal sealed record SessionLimits(int Channels, int Subscriptions);
