using RealtimeGateway.Contracts;

namespace RealtimeGateway.Channels;

/// <summary>The channels that trusted code may name: those of clients, <c>$all</c>, and <c>$user:ID</c>.</summary>
internal static class TrustedNames
{
    private static readonly string UserPrefix = ChannelName.OfUser(string.Empty);

    /// <summary>Why this names no channel; null when it does.</summary>
    public static Error? Check(string name) => ChannelName.IsValid(name) || name == ChannelName.All || IsUsers(name)
        ? null
        : new Error(ErrorCodes.InvalidChannel, $"'{name}' is neither a channel's name nor $all nor $user:ID.");

    /// <summary>Whether it is the channel of some user's own events.</summary>
    public static bool IsUsers(string name) => name.Length > UserPrefix.Length && name.StartsWith(UserPrefix, StringComparison.Ordinal);
}
