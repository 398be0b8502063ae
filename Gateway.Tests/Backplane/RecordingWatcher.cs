using System.Threading.Channels;
using RealtimeGateway.Backplane;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>A node's eye: what the directory told, in order.</summary>
internal sealed class RecordingWatcher : IDirectoryHandler
{
    private readonly Channel<PresenceChange> _told = System.Threading.Channels.Channel.CreateUnbounded<PresenceChange>();

    /// <summary>Whether something was told that nobody took.</summary>
    public bool HasMore => _told.Reader.TryPeek(out _);

    /// <summary>How often it was told that some changes were not told.</summary>
    public int Missed { get; private set; }

    public void OnPresence(PresenceChange change) => _told.Writer.TryWrite(change);

    public void OnPresenceMissed() => Missed++;

    public Task<PresenceChange> NextAsync() => _told.Reader.ReadAsync().AsTask().InTime();

    public async Task<IReadOnlyList<PresenceChange>> NextAsync(int count)
    {
        var changes = new List<PresenceChange>(count);
        while (changes.Count < count)
        {
            changes.Add(await NextAsync());
        }

        return changes;
    }

    /// <summary>All that was told until this member left, with that.</summary>
    public async Task<IReadOnlyList<PresenceChange>> UntilLeaveOfAsync(string memberId)
    {
        var changes = new List<PresenceChange>();
        do
        {
            changes.Add(await NextAsync());
        }
        while (changes[^1].Message is not { Type: Contracts.PresenceTypes.Leave, Member: var member } || member.Id != memberId);

        return changes;
    }
}
