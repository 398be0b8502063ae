namespace RealtimeGateway.Contracts;

/// <summary>The argument of the callback <c>presence</c>: a member came, went, or changed his profile.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Type">One of <see cref="PresenceTypes"/>.</param>
/// <param name="Member">The member as he is now; when he left, as he was, without connections.</param>
public sealed record PresenceMessage(string Channel, string Type, Member Member);
