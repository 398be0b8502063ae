namespace RealtimeGateway.Sessions;

/// <summary>How much sessions may have.</summary>
/// <param name="SessionsPerUser">Sessions of one user.</param>
/// <param name="SessionsPerAddress">Sessions from one address.</param>
/// <param name="Channels">Channels that one session may be subscribed to.</param>
/// <param name="Subscriptions">Subscriptions that one session may have.</param>
/// <param name="NodeChannels">Channels that somebody on this node may be subscribed to.</param>
/// <param name="InterestsPerChannel">Different filters with which a channel may be subscribed to on this node.</param>
/// <param name="AnswerBytes">Bytes of publications or members that one answer may hold.</param>
internal sealed record SessionLimits(
    int SessionsPerUser,
    int SessionsPerAddress,
    int Channels,
    int Subscriptions,
    int NodeChannels,
    int InterestsPerChannel,
    int AnswerBytes);
