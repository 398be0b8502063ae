namespace RealtimeGateway.Sessions;

/// <summary>The bounds of one session.</summary>
/// <param name="Channels">Channels it may be subscribed to.</param>
/// <param name="Subscriptions">Subscriptions it may have.</param>
/// <param name="AnswerBytes">Bytes of publications that one answer to it may hold.</param>
internal sealed record SessionLimits(int Channels, int Subscriptions, int AnswerBytes);
