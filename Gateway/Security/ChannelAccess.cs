namespace RealtimeGateway.Security;

/// <summary>What an <see cref="IChannelAuthorizer"/> is asked.</summary>
/// <param name="Identity">Who asks.</param>
/// <param name="Right">For what.</param>
/// <param name="Channel">In which channel.</param>
public sealed record ChannelAccess(Identity Identity, Right Right, string Channel);
