using RealtimeGateway.Contracts;

namespace RealtimeGateway.Sessions;

/// <summary>What a session may in one channel that it hears.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Denied">Why it may hear it no longer; null when it may.</param>
/// <param name="DeniedHidden">Why it may not be hidden there; null when it may, or is not.</param>
/// <param name="SeesPresence">Whether it may see who comes and goes.</param>
internal sealed record ChannelRights(string Channel, Error? Denied, Error? DeniedHidden, bool SeesPresence);
