using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>Goes through what one subscriber got of one channel.</summary>
internal sealed class SubscriberCheck(SubscriberLog log, KnownPublications known, Findings findings)
{
    // By epoch: the lowest offset that it was at; what it got; what it was told that it would not get, up to what it was at then.
    private readonly Dictionary<string, long> _from = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<long>> _got = new(StringComparer.Ordinal);
    private readonly List<(string Epoch, long After, long UpTo)> _told = [];

    // Where it is: all up to here it got, or was told.
    private Position? _cursor;

    /// <param name="top">Where the channel is at the end; null if nothing was acknowledged there.</param>
    public void Run(Position? top)
    {
        foreach (var subscription in log.Subscriptions)
        {
            Go(subscription);
        }

        CheckAcknowledged(top);
    }

    private void Go(SubscriptionLog subscription)
    {
        Begin(subscription);
        var seen = new HashSet<(Position?, string)>();
        var isLive = false;
        foreach (var heard in subscription.Heard)
        {
            switch (heard.Kind)
            {
                case HeardKind.Answer:
                    TakeAnswer(subscription, heard.At);
                    break;
                case HeardKind.Gap:
                    Tell(heard.At!);
                    break;
                case HeardKind.Position:
                    CheckJump(heard.At!, Violation.SilentSkip, isReached: true);
                    MoveTo(heard.At!);
                    break;
                default:
                    TakeEvent(heard, seen, isLive, subscription);
                    isLive |= !heard.IsReplayed;
                    break;
            }
        }
    }

    // The answer can come after the first events, and holds for them too.
    private void Begin(SubscriptionLog subscription)
    {
        var answer = subscription.Heard.FirstOrDefault(heard => heard.Kind == HeardKind.Answer).At;
        if (subscription.Since is { } since)
        {
            Cover(since);
            _cursor = since;
        }

        if (subscription is { IsAnswered: false })
        {
            // It is known that it goes on from there only if it does.
            _cursor = subscription is { Since: { } start, Heard: [{ Kind: HeardKind.Event } first, ..] }
                && (first.IsReplayed || first.At == start with { Offset = start.Offset + 1 })
                ? start
                : null;
        }
        else if (answer is not null && (subscription.Since is null || subscription.Recovered is false))
        {
            Tell(answer);
        }
    }

    private void TakeAnswer(SubscriptionLog subscription, Position? at)
    {
        // What was told of a gap before the answer has moved it to another epoch.
        if (at is null || _cursor is null || subscription.Since is not { } since || (_cursor.Epoch != at.Epoch && _cursor.Epoch != since.Epoch))
        {
            return;
        }

        if (subscription.Recovered is true && (at.Epoch != _cursor.Epoch || (_cursor.Offset < at.Offset && IsMissing(_cursor, at.Offset + 1))))
        {
            findings.Add(Violation.FalseRecovered, $"{log.Name} in {log.Channel}: recovered at {at} and has all up to {_cursor}");
        }

        if (at.Epoch != _cursor.Epoch || _cursor.Offset < at.Offset)
        {
            if (subscription.Recovered is false)
            {
                Tell(at);
            }
            else
            {
                MoveTo(at);
            }
        }
    }

    private void TakeEvent(Heard heard, HashSet<(Position?, string)> seen, bool wasLive, SubscriptionLog subscription)
    {
        if (!seen.Add(heard.At is null ? (null, heard.Id) : (heard.At, string.Empty)))
        {
            findings.Add(Violation.Duplicate, Of(heard));
            return;
        }

        if (heard.At is null)
        {
            return;
        }

        if (heard.IsReplayed && subscription is { IsAnswered: true, Recovered: not true })
        {
            findings.Add(Violation.FalseRecovered, $"{Of(heard)} was replayed, and it was answered that it is not recovered");
        }

        if (heard.IsReplayed && wasLive)
        {
            findings.Add(Violation.Disorder, $"{Of(heard)} was replayed after a live one");
        }

        Got(heard.At);
        if (_cursor is not null && heard.At.Epoch == _cursor.Epoch && heard.At.Offset <= _cursor.Offset)
        {
            findings.Add(Violation.Disorder, $"{Of(heard)} came after {_cursor}");
            return;
        }

        CheckJump(heard.At, subscription.Recovered is true && !wasLive ? Violation.FalseRecovered : Violation.SilentSkip, isReached: false);
        MoveTo(heard.At);
    }

    // It goes to a position, which it has itself or not, from where it is.
    private void CheckJump(Position to, Violation violation, bool isReached)
    {
        if (_cursor is null || to == _cursor)
        {
            return;
        }

        if (to.Epoch != _cursor.Epoch || IsMissing(_cursor, isReached ? to.Offset + 1 : to.Offset))
        {
            findings.Add(violation, $"{log.Name} in {log.Channel}: from {_cursor} to {to}");
        }
    }

    // Whether something that it wants is between. For who wants everything each offset is something.
    private bool IsMissing(Position cursor, long before) =>
        log.Wants is null ? before > cursor.Offset + 1 : known.Between(log.Channel, cursor.Epoch, cursor.Offset, before).Any(one => log.Wants(one.Data));

    private void CheckAcknowledged(Position? top)
    {
        var isOpen = log.Subscriptions is [.., { IsOpen: true, IsAnswered: true }];
        foreach (var publication in known.AcknowledgedIn(log.Channel).Where(publication => log.Wants?.Invoke(publication.Data) is not false))
        {
            var (epoch, offset) = publication.Position;
            var isCovered = _from.TryGetValue(epoch, out var from) ? offset > from : isOpen && epoch == top?.Epoch;
            if (!isCovered || _got.GetValueOrDefault(epoch)?.Contains(offset) is true || IsTold(publication.Position))
            {
                continue;
            }

            // Behind where it was when it ended, it may have come back for it.
            if (isOpen || (_cursor?.Epoch == epoch && offset <= _cursor.Offset))
            {
                findings.Add(Violation.Lost, $"{log.Name} in {log.Channel}, at {_cursor}: {publication.Data} at {publication.Position}");
            }
        }
    }

    private bool IsTold(Position position) =>
        _told.Exists(told => told.Epoch == position.Epoch && position.Offset > told.After && position.Offset <= told.UpTo);

    // It is told that it is there now, whatever was before.
    private void Tell(Position at)
    {
        if (_cursor is not null && _cursor.Epoch != at.Epoch)
        {
            _told.Add((_cursor.Epoch, _cursor.Offset, long.MaxValue));
        }
        else if (_cursor is not null && at.Offset > _cursor.Offset)
        {
            _told.Add((at.Epoch, _cursor.Offset, at.Offset));
        }

        MoveTo(at);
    }

    private void MoveTo(Position at)
    {
        _cursor = at;
        Cover(at);
    }

    private void Cover(Position at) => _from[at.Epoch] = Math.Min(at.Offset, _from.GetValueOrDefault(at.Epoch, long.MaxValue));

    private void Got(Position at)
    {
        if (!_got.TryGetValue(at.Epoch, out var got))
        {
            _got[at.Epoch] = got = [];
        }

        got.Add(at.Offset);
    }

    private string Of(Heard heard) => $"{log.Name} in {log.Channel}: {heard.Data} at {heard.At}";
}
