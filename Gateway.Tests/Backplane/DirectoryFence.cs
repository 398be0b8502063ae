using RealtimeGateway.Backplane;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>
/// Somebody who comes and goes after all else. What is told of a channel is told in order: who was told of him has been told
/// everything before, and nothing else is on its way.
/// </summary>
internal static class DirectoryFence
{
    private const string Prefix = "fence";

    public static async Task SetAsync(IDirectory node, string channel, int number)
    {
        var fence = new Occupant(Prefix + number, null, null, DateTimeOffset.UnixEpoch);
        await node.EnterAsync(channel, fence);
        await node.LeaveAsync(channel, fence, TimeSpan.Zero);
    }

    /// <summary>What was told before, and was not taken yet.</summary>
    public static async Task<IReadOnlyList<PresenceChange>> UntilAsync(RecordingWatcher eye, int number) =>
        WithoutFences(await eye.UntilLeaveOfAsync($"guest:{Prefix}{number}"));

    public static IReadOnlyList<PresenceChange> WithoutFences(IEnumerable<PresenceChange> changes) =>
        [.. changes.Where(change => !change.ConnectionId.StartsWith(Prefix, StringComparison.Ordinal))];
}
