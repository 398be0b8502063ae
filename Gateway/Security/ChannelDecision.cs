namespace RealtimeGateway.Security;

/// <summary>What an <see cref="IChannelAuthorizer"/> answers.</summary>
public enum ChannelDecision
{
    /// <summary>No opinion: the next authorizer, then the policies decide.</summary>
    Abstain,

    /// <summary>Allowed, whatever the policies say.</summary>
    Allow,

    /// <summary>Denied, whatever the policies say.</summary>
    Deny,
}
