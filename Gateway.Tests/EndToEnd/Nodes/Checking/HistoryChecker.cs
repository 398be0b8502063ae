using System.Collections.Concurrent;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>
/// Is told by everybody who takes part in a run what he did and what he got, and says what of the promises was not kept. It knows
/// nothing of gateways, and does no I/O.
/// </summary>
internal sealed class HistoryChecker
{
    private readonly ConcurrentQueue<Attempt> _attempts = new();
    private readonly ConcurrentQueue<SubscriberLog> _subscribers = new();
    private readonly ConcurrentQueue<Revocation> _revocations = new();
    private readonly ConcurrentQueue<MembersRead> _members = new();
    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);
    private long _clock;

    public IReadOnlyCollection<Attempt> Attempts => _attempts;

    public IReadOnlyCollection<SubscriberLog> Subscribers => _subscribers;

    public IReadOnlyCollection<Revocation> Revocations => _revocations;

    public IReadOnlyCollection<MembersRead> Members => _members;

    /// <summary>The next moment of the run: what is told in one has happened before what is begun in a later one.</summary>
    public long Tick() => Interlocked.Increment(ref _clock);

    /// <summary>One text for all that are equal: everybody hears the same ids, epochs and payloads.</summary>
    public string Shared(string text) => _texts.GetOrAdd(text, text);

    /// <summary>Somebody is about to publish.</summary>
    /// <param name="channel">Where.</param>
    /// <param name="data">The payload, which no other publication of the run has.</param>
    public Attempt Sending(string channel, string data)
    {
        var attempt = new Attempt(this, channel, Shared(data));
        _attempts.Enqueue(attempt);
        return attempt;
    }

    /// <summary>Somebody will subscribe to a channel.</summary>
    public SubscriberLog Subscriber(string name, string channel, string? userId = null, Func<string, bool>? wants = null)
    {
        var log = new SubscriberLog(name, channel, userId, Tick(), wants);
        _subscribers.Enqueue(log);
        return log;
    }

    /// <summary>It was answered that what a user's tokens gave him in a channel is taken back everywhere.</summary>
    public void Revoked(string userId, string channel) => _revocations.Enqueue(new Revocation(userId, channel, Tick()));

    /// <summary>Members were read when nothing changed any more.</summary>
    /// <param name="where">Of which channel, and by whom, for sentences.</param>
    /// <param name="read">The ids that were read.</param>
    /// <param name="truth">The ids of who is there.</param>
    public void MembersAre(string where, IEnumerable<string> read, IEnumerable<string> truth) =>
        _members.Enqueue(new MembersRead(where, [.. read], [.. truth]));

    /// <summary>
    /// Where a channel is: the highest offset that was acknowledged in the epoch of the acknowledged publication that was sent last;
    /// null for none.
    /// </summary>
    public Position? TopOf(string channel)
    {
        var acknowledged = _attempts.Where(attempt => attempt.Channel == channel && attempt.Positions.Count > 0).ToArray();
        return acknowledged.MaxBy(attempt => attempt.SentAt)?.Positions[0].Epoch is { } epoch
            ? acknowledged.SelectMany(attempt => attempt.Positions).Where(position => position.Epoch == epoch).MaxBy(position => position.Offset)
            : null;
    }

    /// <summary>Says what is wrong. All who were taking part have ended, or are at rest.</summary>
    public Findings Check()
    {
        var findings = new Findings(this);
        var known = new KnownPublications(this, findings);
        var tops = _subscribers.Select(subscriber => subscriber.Channel).Distinct().ToDictionary(channel => channel, TopOf);
        foreach (var subscriber in _subscribers)
        {
            new SubscriberCheck(subscriber, known, findings).Run(tops[subscriber.Channel]);
        }

        foreach (var read in _members)
        {
            findings.AddAll(Violation.GhostMember, read.Read.Except(read.Truth).Select(id => $"{read.Where}: {id}"));
            findings.AddAll(Violation.MissingMember, read.Truth.Except(read.Read).Select(id => $"{read.Where}: {id}"));
        }

        return findings;
    }

    /// <summary>That a revocation was complete.</summary>
    internal sealed record Revocation(string UserId, string Channel, long At);

    /// <summary>Members, as they were read and as they are.</summary>
    internal sealed record MembersRead(string Where, IReadOnlyList<string> Read, IReadOnlyList<string> Truth);
}
