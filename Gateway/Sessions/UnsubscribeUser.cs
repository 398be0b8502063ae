using RealtimeGateway.Contracts;

namespace RealtimeGateway.Sessions;

/// <summary>The sessions that a user has now leave channels.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Channels">The channels.</param>
internal sealed record UnsubscribeUser(string UserId, IReadOnlyList<string> Channels) : ControlEntry
{
    protected override bool IsSound => Channels.All(ChannelName.IsValid);
}
