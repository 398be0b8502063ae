using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Presence;

/// <summary>Who is in a channel: a list that was read, and what changed since.</summary>
internal sealed class MemberTable
{
    private readonly Dictionary<string, Member> _members = [];
    private List<PresenceMessage>? _meanwhile; // What came while the list is being read.

    /// <summary>Everybody, in the order of their ids.</summary>
    public IReadOnlyList<Member> Members { get; private set; } = [];

    /// <summary>The list is about to be read.</summary>
    public void BeginLoad() => _meanwhile = [];

    /// <summary>The list was read, or could not be: then null, and it stays as it was.</summary>
    public void EndLoad(IEnumerable<Member>? members)
    {
        if (members is not null)
        {
            _members.Clear();
            foreach (var member in members)
            {
                _members[member.Id] = member;
            }
        }

        var meanwhile = _meanwhile ?? [];
        _meanwhile = null;
        foreach (var change in meanwhile)
        {
            Set(change);
        }

        Publish();
    }

    /// <summary>A member came, went or changed.</summary>
    /// <returns>Whether it is in the list now; false while that is being read, and then it will be.</returns>
    public bool Apply(PresenceMessage change)
    {
        if (_meanwhile is not null)
        {
            _meanwhile.Add(change);
            return false;
        }

        Set(change);
        Publish();
        return true;
    }

    private void Set(PresenceMessage change)
    {
        if (change.Type == PresenceTypes.Leave)
        {
            _members.Remove(change.Member.Id);
        }
        else
        {
            _members[change.Member.Id] = change.Member;
        }
    }

    private void Publish() => Members = [.. _members.Values.OrderBy(member => member.Id, StringComparer.Ordinal)];
}
