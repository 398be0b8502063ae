using System.Text.Json;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>One member of a <see cref="Roster"/>, whose lock guards it.</summary>
internal sealed class RosterMember(Occupant first)
{
    private readonly List<Occupant> _connections = [first];

    // Those that closed and may come back, in the order of their closing.
    private List<Occupant>? _expected;

    public JsonElement? Profile { get; set; } = first.Profile;

    public IReadOnlyList<Occupant> Connections => _connections;

    public bool IsThere => _connections.Count > 0 || _expected is { Count: > 0 };

    /// <summary>Adds a connection, or takes what is new of one that is there.</summary>
    public void Enter(Occupant occupant)
    {
        var known = Find(occupant.ConnectionId);
        if (known >= 0)
        {
            _connections[known] = occupant;
            return;
        }

        _connections.Add(occupant);
        if (_expected is { Count: > 0 })
        {
            _expected.RemoveAt(0);
        }
    }

    /// <summary>Takes a connection out; false when it is not there.</summary>
    public bool Leave(Occupant occupant, bool isExpectedBack)
    {
        var known = Find(occupant.ConnectionId);
        if (known < 0)
        {
            return false;
        }

        _connections.RemoveAt(known);
        if (isExpectedBack)
        {
            (_expected ??= []).Add(occupant);
        }

        return true;
    }

    /// <summary>Expects a connection back no longer; false when it was not expected, or another has taken its place.</summary>
    public bool GiveUp(Occupant occupant) => _expected?.RemoveAll(one => ReferenceEquals(one, occupant)) > 0;

    public Member ToMember() =>
        new(Member.IdOf(first.UserId, first.ConnectionId), first.UserId, _connections.Count, Profile, first.EnteredAt);

    private int Find(string connectionId) => _connections.FindIndex(one => one.ConnectionId == connectionId);
}
