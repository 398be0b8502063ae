using RealtimeGateway.Backplane;
using RealtimeGateway.Filters;
using RealtimeGateway.Security;

namespace RealtimeGateway.Channels;

/// <summary>
/// One publication on its way to one channel's audience: each interest is asked once, however many have it, and those who want
/// the same share one message.
/// </summary>
internal sealed class FanOut(Publication publication, bool isReplayed) : IDisposable
{
    private readonly Readers _readers = Readers.Of(publication);
    private Candidate? _candidate;
    private Dictionary<Interest, bool>? _verdicts;
    private OutboundPublication? _plain;

    /// <summary>Whether a session with these roles may get it, if it may read the channel.</summary>
    public bool MayBeReadBy(IReadOnlySet<Role> roles) => _readers.Include(roles);

    /// <summary>The same of a subscriber, whose roles are looked at only where they decide.</summary>
    public bool MayBeReadBy(ISubscriber subscriber) => _readers.AreAll || _readers.Include(subscriber.Roles);

    /// <summary>The keys of those of these interests that it matches; null when none of them wants it.</summary>
    public IReadOnlyList<string>? Match(InterestSet interests) => interests.Match(static (fanOut, interest) => fanOut.Matches(interest), this);

    /// <summary>The message for who wants this; null when they do not want it.</summary>
    public Outbound? MessageFor(InterestSet interests) => Match(interests) switch
    {
        null => null,
        { Count: 0 } => _plain ??= new OutboundPublication(publication, [], isReplayed),
        { } matched => new OutboundPublication(publication, matched, isReplayed),
    };

    /// <summary>The message for who published it: what one causes oneself, one gets by those subscriptions only that want it.</summary>
    public Outbound? MessageForSender(SubscriberInterests interests) => publication.Echo ? MessageFor(interests.Own) : null;

    /// <summary>The message for one subscriber; null when it does not want it or may not have it.</summary>
    public Outbound? MessageFor(ISubscriber subscriber, SubscriberInterests interests) =>
        !MayBeReadBy(subscriber) ? null
        : publication.Sender?.ConnectionId == subscriber.ConnectionId ? MessageForSender(interests)
        : MessageFor(interests.All);

    public void Dispose() => _candidate?.Dispose();

    private bool Matches(Interest interest)
    {
        _verdicts ??= [];
        if (!_verdicts.TryGetValue(interest, out var verdict))
        {
            _candidate ??= new Candidate(publication.Event, publication.Data);
            _verdicts[interest] = verdict = interest.Matches(_candidate);
        }

        return verdict;
    }
}
