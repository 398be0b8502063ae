using System.Text.Json;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>One member of a <see cref="Roster"/>, whose lock guards it.</summary>
internal sealed class RosterMember(Occupant first)
{
    private readonly Occupant _first = first;

    // Without room to spare: most have one.
    private Occupant[] _connections = [first];

    // Those that closed and may come back, in the order of their closing.
    private List<Occupant>? _expected;

    // Whose profile is the member's.
    private Occupant _shown = first;

    /// <summary>What its connections told of it last.</summary>
    public JsonElement? Profile => _shown.Profile;

    public IReadOnlyList<Occupant> Connections => _connections;

    public bool IsThere => _connections.Length > 0 || _expected is { Count: > 0 };

    /// <summary>Adds a connection, or takes what is new of one that is there.</summary>
    public void Enter(Occupant occupant)
    {
        var known = Find(occupant.ConnectionId);
        if (known >= 0)
        {
            _connections[known] = occupant;
            return;
        }

        _connections = [.. _connections, occupant];
        if (_expected is { Count: > 0 })
        {
            _expected.RemoveAt(0);
        }
    }

    /// <summary>What this connection tells of the member is what counts from now on.</summary>
    public void Show(Occupant occupant) => _shown = occupant;

    /// <summary>Takes a connection out; false when it is not there.</summary>
    public bool Leave(Occupant occupant, bool isExpectedBack)
    {
        var known = Find(occupant.ConnectionId);
        if (known < 0)
        {
            return false;
        }

        _connections = [.. _connections.AsSpan(0, known), .. _connections.AsSpan(known + 1)];
        if (isExpectedBack)
        {
            (_expected ??= []).Add(occupant);
        }

        return true;
    }

    /// <summary>Expects a connection back no longer; false when it was not expected, or another has taken its place.</summary>
    public bool GiveUp(Occupant occupant) => _expected?.RemoveAll(one => ReferenceEquals(one, occupant)) > 0;

    public Member ToMember() =>
        new(_first.MemberId, _first.UserId, _connections.Length, Profile, _first.EnteredAt);

    private int Find(string connectionId) => Array.FindIndex(_connections, one => one.ConnectionId == connectionId);
}
