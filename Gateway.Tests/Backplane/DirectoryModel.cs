using System.Text.Json;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>One channel of a directory as plainly as it can be said: every rule of <see cref="IDirectory"/>, and no thought of speed.</summary>
internal sealed class DirectoryModel
{
    private readonly SortedDictionary<string, Entry> _members = new(StringComparer.Ordinal);

    /// <summary>The members, in the order of their ids.</summary>
    public IEnumerable<Member> Members => _members.Values.Select(entry => entry.ToMember());

    /// <summary>What there was to tell.</summary>
    public List<(string Type, Member Member)> Told { get; } = [];

    /// <summary>The connections of a member that are in.</summary>
    public IEnumerable<string> ConnectionsOf(string memberId) => _members.TryGetValue(memberId, out var entry) ? entry.Connections : [];

    public void Enter(Occupant occupant)
    {
        if (!_members.TryGetValue(occupant.MemberId, out var entry))
        {
            entry = new Entry(occupant.MemberId, occupant.UserId, occupant.EnteredAt) { Profile = occupant.Profile };
            entry.Connections.Add(occupant.ConnectionId);
            _members.Add(entry.Id, entry);
            Told.Add((PresenceTypes.Join, entry.ToMember()));
            return;
        }

        if (entry.Connections.Add(occupant.ConnectionId) && entry.ExpectedUntil.Count > 0)
        {
            entry.ExpectedUntil.Remove(entry.ExpectedUntil.Min());
        }

        if (occupant.Profile is { } profile && !(entry.Profile is { } known && JsonElement.DeepEquals(known, profile)))
        {
            entry.Profile = profile;
            Told.Add((PresenceTypes.Update, entry.ToMember()));
        }
    }

    /// <param name="occupant">Who leaves.</param>
    /// <param name="expectedUntil">Until when he is expected back; null for not at all.</param>
    public void Leave(Occupant occupant, int? expectedUntil)
    {
        if (_members.TryGetValue(occupant.MemberId, out var entry) && entry.Connections.Remove(occupant.ConnectionId))
        {
            entry.ExpectedUntil.AddRange(expectedUntil is { } end ? [end] : []);
            RemoveIfGone(entry);
        }
    }

    /// <summary>It is later now.</summary>
    public void Pass(int now)
    {
        foreach (var entry in _members.Values.ToArray())
        {
            entry.ExpectedUntil.RemoveAll(end => end <= now);
            RemoveIfGone(entry);
        }
    }

    private void RemoveIfGone(Entry entry)
    {
        if (entry.Connections.Count + entry.ExpectedUntil.Count == 0)
        {
            _members.Remove(entry.Id);
            Told.Add((PresenceTypes.Leave, entry.ToMember()));
        }
    }

    private sealed record Entry(string Id, string? UserId, DateTimeOffset JoinedAt)
    {
        public JsonElement? Profile { get; set; }

        public HashSet<string> Connections { get; } = [];

        public List<int> ExpectedUntil { get; } = [];

        public Member ToMember() => new(Id, UserId, Connections.Count, Profile, JoinedAt);
    }
}
