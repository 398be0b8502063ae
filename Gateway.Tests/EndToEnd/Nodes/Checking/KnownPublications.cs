using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>
/// What the run as a whole knows of the publications: put together from all acknowledgements and all that everybody got. It is
/// here that they must agree.
/// </summary>
internal sealed class KnownPublications
{
    private readonly Findings _findings;
    private readonly Dictionary<(string Channel, string Epoch), Dictionary<long, KnownPublication>> _epochs = [];
    private readonly Dictionary<(string Channel, string Epoch, string Id), long> _offsets = [];
    private readonly Dictionary<(string Channel, string Id), string> _withoutPosition = [];
    private readonly Dictionary<(string Channel, string Data), Attempt> _attempts;
    private readonly Dictionary<string, KnownPublication[]> _acknowledged = new(StringComparer.Ordinal);
    private readonly ILookup<(string, string), long> _revocations;

    public KnownPublications(HistoryChecker run, Findings findings)
    {
        _findings = findings;
        _attempts = run.Attempts.ToDictionary(attempt => (attempt.Channel, attempt.Data));
        _revocations = run.Revocations.ToLookup(revocation => (revocation.UserId, revocation.Channel), revocation => revocation.At);
        foreach (var attempt in run.Attempts.Where(attempt => attempt.Id is not null))
        {
            foreach (var position in attempt.Positions.DefaultIfEmpty())
            {
                Add(attempt.Channel, position, attempt.Id!, attempt.Data);
            }
        }

        foreach (var channel in run.Attempts.GroupBy(attempt => attempt.Channel))
        {
            _acknowledged[channel.Key] =
                [.. channel.SelectMany(attempt => attempt.Positions.Select(position => new KnownPublication(position, attempt.Id!, attempt.Data)))];
            CheckOrder(channel);
        }

        foreach (var subscriber in run.Subscribers)
        {
            foreach (var heard in subscriber.Subscriptions.SelectMany(subscription => subscription.Heard).Where(heard => heard.Kind == HeardKind.Event))
            {
                Add(subscriber.Channel, heard.At, heard.Id, heard.Data);
                CheckSender(subscriber, heard);
            }
        }
    }

    /// <summary>What was acknowledged with a position.</summary>
    public IReadOnlyList<KnownPublication> AcknowledgedIn(string channel) => _acknowledged.GetValueOrDefault(channel, []);

    /// <summary>What is known between two offsets of an epoch, neither of them included.</summary>
    public IEnumerable<KnownPublication> Between(string channel, string epoch, long after, long before)
    {
        if (!_epochs.TryGetValue((channel, epoch), out var known))
        {
            yield break;
        }

        // Offsets can be as far apart as somebody claims.
        if (before - after > known.Count)
        {
            foreach (var publication in known.Values.Where(publication => publication.Position.Offset > after && publication.Position.Offset < before))
            {
                yield return publication;
            }

            yield break;
        }

        for (var offset = after + 1; offset < before; offset++)
        {
            if (known.TryGetValue(offset, out var publication))
            {
                yield return publication;
            }
        }
    }

    private void Add(string channel, Position? position, string id, string data)
    {
        if (position is null)
        {
            if (!_withoutPosition.TryAdd((channel, id), data) && _withoutPosition[(channel, id)] != data)
            {
                _findings.Add(Violation.TwoPayloads, $"{channel}, id {id}: {_withoutPosition[(channel, id)]} and {data}");
            }

            return;
        }

        if (!_epochs.TryGetValue((channel, position.Epoch), out var known))
        {
            _epochs[(channel, position.Epoch)] = known = [];
        }

        if (!known.TryAdd(position.Offset, new KnownPublication(position, id, data)))
        {
            var other = known[position.Offset];
            if ((other.Id, other.Data) != (id, data))
            {
                _findings.Add(Violation.TwoPayloads, $"{channel} at {position}: {other.Id} {other.Data} and {id} {data}");
            }
        }
        else if (!_offsets.TryAdd((channel, position.Epoch, id), position.Offset))
        {
            _findings.Add(Violation.TwoPositions, $"{channel} at {position}, and at {_offsets[(channel, position.Epoch, id)]}: {id} {data}");
        }
    }

    // Sent after another was acknowledged is behind it (promise 2).
    private void CheckOrder(IEnumerable<Attempt> attempts)
    {
        foreach (var epoch in attempts.Where(attempt => attempt.Positions.Count == 1).GroupBy(attempt => attempt.Positions[0].Epoch))
        {
            Attempt? earliest = null; // Of those with a higher offset, the one that was acknowledged first.
            foreach (var attempt in epoch.OrderByDescending(attempt => attempt.Positions[0].Offset))
            {
                if (earliest?.AcknowledgedAt < attempt.SentAt && earliest.Positions[0] != attempt.Positions[0])
                {
                    _findings.Add(
                        Violation.Disorder,
                        $"{attempt.Channel}: {attempt.Data} has {attempt.Positions[0]}, and {earliest!.Data} {earliest.Positions[0]}, which was acknowledged before the former was sent");
                }

                earliest = earliest is null || attempt.AcknowledgedAt < earliest.AcknowledgedAt ? attempt : earliest;
            }
        }
    }

    private void CheckSender(SubscriberLog subscriber, Heard heard)
    {
        if (!_attempts.TryGetValue((subscriber.Channel, heard.Data), out var attempt))
        {
            _findings.Add(Violation.NeverSent, $"{subscriber.Name} in {subscriber.Channel}: {heard.Data}");
            return;
        }

        // Tokens of before a revocation are those of who was there before it.
        if (subscriber.UserId is { } userId
            && _revocations[(userId, subscriber.Channel)].Any(revokedAt => subscriber.CreatedAt < revokedAt && revokedAt < attempt.SentAt))
        {
            _findings.Add(Violation.WithoutPermission, $"{subscriber.Name} in {subscriber.Channel}: {heard.Data}");
        }
    }
}
