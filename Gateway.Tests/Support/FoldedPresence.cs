using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.Support;

/// <summary>What one knows of a channel's members who was told every change of them and nothing else.</summary>
internal sealed class FoldedPresence
{
    private readonly SortedDictionary<string, Member> _members = new(StringComparer.Ordinal);

    /// <summary>The members, in the order of their ids, as they were last told of.</summary>
    public IReadOnlyCollection<Member> Members => _members.Values;

    /// <summary>Takes the next change. One that does not follow from those before it is an error of who told it.</summary>
    public void Add(PresenceMessage message)
    {
        var follows = message.Type switch
        {
            PresenceTypes.Join => _members.TryAdd(message.Member.Id, message.Member),
            PresenceTypes.Leave => _members.Remove(message.Member.Id),
            _ => _members.ContainsKey(message.Member.Id),
        };
        if (!follows)
        {
            throw new AssertionException($"A {message.Type} of {message.Member.Id} in {message.Channel}, which does not follow from what was told before.");
        }

        if (message.Type == PresenceTypes.Update)
        {
            _members[message.Member.Id] = message.Member;
        }
    }
}
