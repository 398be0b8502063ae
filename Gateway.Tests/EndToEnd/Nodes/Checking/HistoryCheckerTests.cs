using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>Runs made by hand: who checks the others is checked too.</summary>
[TestFixture]
public sealed class HistoryCheckerTests
{
    private const string Channel = "chat:a";

    private HistoryChecker _checker = null!;

    [SetUp]
    public void Create() => _checker = new HistoryChecker();

    [Test]
    public void CleanRun_HasNothingWrong_AndIsCounted()
    {
        var log = Live("ann", At(0));
        Publish(1, 2, 3);
        Get(log, 1, 2);
        log.End();
        log.Begin(since: At(2));
        Replay(log, 3);
        log.Answered(At(3), recovered: true);
        Publish(4);
        Get(log, 4);
        log.Gap(At(0, "e2"), RecoveryReasons.EpochChanged);
        Publish("e2", 1);
        Get(log, "e2", 1);
        log.End();
        log.Begin(since: At(1, "e2"));
        log.Answered(At(3, "e3"), recovered: false, RecoveryReasons.EpochChanged);
        Publish("e3", 4);
        Get(log, "e3", 4);
        _checker.Sending(Channel, "nobody knows");
        _checker.Sending(Channel, "no").Refused();
        _checker.MembersAre("chat:a", ["user:ann"], ["user:ann"]);

        var findings = _checker.Check();
        Assert.Multiple(() =>
        {
            Assert.That(findings.All, Is.Empty);
            Assert.That((findings.Acknowledged, findings.Refused, findings.Unknown), Is.EqualTo((6, 1, 1)));
            Assert.That((findings.Delivered, findings.Replayed, findings.Subscriptions), Is.EqualTo((5, 1, 3)));
            Assert.That(findings.Recovered, Is.EqualTo(1));
            Assert.That(findings.NotRecovered, Is.EqualTo(new Dictionary<string, int> { ["epoch_changed"] = 1 }));
            Assert.That(findings.Gaps, Is.EqualTo(new Dictionary<string, int> { ["epoch_changed"] = 1 }));
        });
    }

    [Test]
    public void EventsBeforeTheAnswer_AreAsGoodAsThoseAfterIt()
    {
        Publish(1, 2, 3);
        var log = Begun("ann");
        Get(log, 2, 3);
        log.Answered(At(1));
        log.End();
        Publish(4, 5);
        log.Begin(since: At(3));
        Replay(log, 4);
        Get(log, 5);
        log.Answered(At(4), recovered: true);
        AssertNothing();
    }

    [Test]
    public void NotAnswered_SaysNothingOfWhatWasMissed()
    {
        var log = Live("ann", At(0));
        Publish(1, 2, 3, 4);
        Get(log, 1);
        log.End();
        log.Begin(since: At(1));
        Get(log, 4);
        log.End();
        log.Begin(since: At(1));
        log.Answered(At(4), recovered: false, RecoveryReasons.TooFar);
        AssertNothing();
    }

    [Test]
    public void Lost_IsWhatWasAcknowledged_AndDoesNotComeToWhoIsThere()
    {
        var log = Live("ann", At(0));
        Publish(1, 2, 3);
        Get(log, 1);
        AssertOnly(Violation.Lost, 2);
    }

    [Test]
    public void Lost_IsWhatWasAcknowledgedInAnEpoch_OfWhichWhoIsThereWasNotTold()
    {
        var log = Live("ann", At(0));
        Publish(1);
        Get(log, 1);
        Publish("e2", 1);
        AssertOnly(Violation.Lost, 1);
    }

    [Test]
    public void Lost_IsWhatWasPassedOver_ByOneThatEndedLater()
    {
        var log = Live("ann", At(0));
        Publish(1, 2, 3);
        Get(log, 1, 3);
        log.End();
        AssertOnly((Violation.Lost, 1), (Violation.SilentSkip, 1));
    }

    [Test]
    public void Lost_IsNotWhatWasAcknowledgedBeforeOneCame_OrAfterHeWent_OrWhatHeWasToldOf()
    {
        Publish(1, 2);
        var log = Live("ann", At(2));
        Publish(3, 4, 5);
        Get(log, 3);
        log.Gap(At(4), RecoveryReasons.Trimmed);
        Get(log, 5);
        log.End();
        Publish(6);
        AssertNothing();
    }

    [Test]
    public void Lost_IsWhatHeSaysThatHeHas_AndDoesNot()
    {
        var log = Live("ann", At(0));
        Publish(1, 2, 3);
        Get(log, 1);
        log.End();
        log.Begin(since: At(2));
        Replay(log, 3);
        log.Answered(At(3), recovered: true);
        AssertOnly(Violation.Lost, 1);
    }

    [Test]
    public void Lost_IsOnlyWhatIsWanted_WhereNotEverythingIs()
    {
        var log = _checker.Subscriber("ann", Channel, wants: data => data.EndsWith('3') || data.EndsWith('5'));
        log.Begin();
        log.Answered(At(0));
        Publish(1, 2, 3, 4, 5);
        Get(log, 3);
        log.Position(At(4));
        AssertOnly(Violation.Lost, 1);
    }

    [Test]
    public void TwoPayloads_AreFound_BetweenSubscribers()
    {
        Send(1, "x").Acknowledged("x", At(1));
        Send(2, "y");
        Live("ann", At(0)).Event(At(1), "x", "x");
        Live("ben", At(0)).Event(At(1), "y", "y");
        AssertOnly(Violation.TwoPayloads, 1);
    }

    [Test]
    public void TwoPayloads_AreFound_BetweenPublishers()
    {
        Send(1, "x").Acknowledged("x", At(1));
        Send(2, "y").Acknowledged("y", At(1));
        AssertOnly(Violation.TwoPayloads, 1);
    }

    [Test]
    public void TwoPayloads_AreFound_WhereThereIsNoPosition()
    {
        Send(1, "x").Acknowledged("id", position: null);
        Send(2, "y");
        var log = Begun("ann");
        log.Answered(at: null);
        log.Event(at: null, "id", "y");
        AssertOnly(Violation.TwoPayloads, 1);
    }

    [Test]
    public void TwoPositions_OfOneIdInAnEpoch_AreFound()
    {
        var attempt = Send(1, "x");
        attempt.Acknowledged("x", At(1));
        attempt.Acknowledged("x", At(1));
        attempt.Acknowledged("x", At(1, "e2"));
        attempt.Acknowledged("x", At(2));
        AssertOnly(Violation.TwoPositions, 1);
    }

    [Test]
    public void Disorder_IsAnEarlierPositionAfterALaterOne()
    {
        var log = Live("ann", At(0));
        Publish(1, 2, 3);
        Get(log, 1, 3, 2);
        AssertOnly((Violation.Disorder, 1), (Violation.SilentSkip, 1));
    }

    [Test]
    public void Disorder_IsWhatIsReplayedAfterALiveOne()
    {
        Publish(1, 2);
        var log = Begun("ann", since: At(0));
        Get(log, 1);
        Replay(log, 2);
        log.Answered(At(2), recovered: true);
        AssertOnly(Violation.Disorder, 1);
    }

    [Test]
    public void Disorder_IsTheLowerOffset_OfWhatWasSentAfterTheOtherWasAcknowledged()
    {
        Send(1, "x").Acknowledged("x", At(2));
        Send(2, "y").Acknowledged("y", At(1));
        AssertOnly(Violation.Disorder, 1);
    }

    [Test]
    public void Disorder_IsNotTheOrderOfAnswers()
    {
        var x = Send(1, "x");
        var y = Send(2, "y");
        x.Acknowledged("x", At(2));
        y.Acknowledged("y", At(1));
        AssertNothing();
    }

    [Test]
    public void SilentSkip_IsAJump_WithoutAWord()
    {
        var log = Live("ann", At(0));
        Send(1, "1");
        Send(3, "3");
        Get(log, 1, 3);
        AssertOnly(Violation.SilentSkip, 1);
    }

    [Test]
    public void SilentSkip_IsAnotherEpoch_WithoutAWord()
    {
        var log = Live("ann", At(0));
        Publish(1);
        Publish("e2", 1);
        Get(log, 1);
        Get(log, "e2", 1);
        AssertOnly(Violation.SilentSkip, 1);
    }

    [Test]
    public void SilentSkip_IsAPositionNotice_OverWhatWasWanted()
    {
        var log = Live("ann", At(0));
        Send(1, "1");
        log.Position(At(1));
        AssertOnly(Violation.SilentSkip, 1);
    }

    [Test]
    public void Duplicate_IsAPositionTwice_WithinOneSubscription()
    {
        var log = Live("ann", At(0));
        Publish(1, 2);
        Get(log, 1, 2, 1);
        AssertOnly(Violation.Duplicate, 1);
    }

    [Test]
    public void Duplicate_IsAnIdTwice_WhereThereIsNoPosition()
    {
        Send(1, "x").Acknowledged("x", position: null);
        var log = Begun("ann");
        log.Answered(at: null);
        log.Event(at: null, "x", "x");
        log.Event(at: null, "x", "x");
        AssertOnly(Violation.Duplicate, 1);
    }

    [Test]
    public void Duplicate_IsNotAPositionInTheNextSubscription()
    {
        var log = Live("ann", At(0));
        Publish(1);
        Get(log, 1);
        log.End();
        log.Begin(since: At(0));
        Replay(log, 1);
        log.Answered(At(1), recovered: true);
        AssertNothing();
    }

    [Test]
    public void FalseRecovered_IsAHoleInWhatWasReplayed()
    {
        Publish(1, 2, 3);
        var log = Begun("ann", since: At(0));
        Replay(log, 1, 3);
        log.Answered(At(3), recovered: true);
        AssertOnly((Violation.FalseRecovered, 1), (Violation.Lost, 1));
    }

    [Test]
    public void FalseRecovered_IsAHoleBeforeTheFirstLiveOne()
    {
        Publish(1, 2, 3);
        var log = Begun("ann", since: At(0));
        Replay(log, 1);
        Get(log, 3);
        log.Answered(At(1), recovered: true);
        AssertOnly((Violation.FalseRecovered, 1), (Violation.Lost, 1));
    }

    [Test]
    public void FalseRecovered_IsWhatDidNotComeBeforeTheAnswer()
    {
        Publish(1, 2);
        var log = Begun("ann", since: At(0));
        Replay(log, 1);
        log.Answered(At(2), recovered: true);
        AssertOnly((Violation.FalseRecovered, 1), (Violation.Lost, 1));
    }

    [Test]
    public void FalseRecovered_IsAnotherEpoch()
    {
        var log = Begun("ann", since: At(0));
        log.Answered(At(0, "e2"), recovered: true);
        AssertOnly(Violation.FalseRecovered, 1);
    }

    [Test]
    public void FalseRecovered_IsReplayedWithoutIt()
    {
        Publish(1, 2);
        var log = Begun("ann", since: At(0));
        log.Answered(At(1), recovered: false, RecoveryReasons.TooFar);
        Replay(log, 2);
        AssertOnly(Violation.FalseRecovered, 1);
    }

    [Test]
    public void WithoutPermission_IsWhatWasSentAfterARevocationWasComplete()
    {
        var log = _checker.Subscriber("ann's", Channel, userId: "ann");
        log.Begin();
        log.Answered(At(0));
        var other = _checker.Subscriber("ben's", Channel, userId: "ben");
        other.Begin();
        other.Answered(At(0));
        Publish(1);
        _checker.Revoked("ann", Channel);
        Publish(2, 3);
        Get(log, 1, 2);
        log.End();
        Get(other, 1, 2, 3);
        AssertOnly(Violation.WithoutPermission, 1);
    }

    [Test]
    public void WithoutPermission_IsNotWhatWasSentBefore_OrComesByALaterToken()
    {
        var before = Send(1, "1");
        _checker.Revoked("ann", Channel);
        before.Acknowledged("1", At(1));
        Publish(2);
        var log = _checker.Subscriber("ann's", Channel, userId: "ann");
        log.Begin();
        log.Answered(At(0));
        Get(log, 1, 2);
        AssertNothing();
    }

    [Test]
    public void NeverSent_IsWhatNobodySent()
    {
        Publish(1);
        Live("ann", At(0)).Event(At(1), "1", "garbage");
        AssertOnly((Violation.NeverSent, 1), (Violation.TwoPayloads, 1));
    }

    [Test]
    public void Members_AreGhosts_OrMissing()
    {
        _checker.MembersAre("chat:a by node 1", ["user:ann", "user:ghost"], ["user:ann", "user:ben", "user:cem"]);
        AssertOnly((Violation.GhostMember, 1), (Violation.MissingMember, 2));
    }

    private static Position At(long offset, string epoch = "e1") => new(epoch, offset);

    private Attempt Send(int n, string data)
    {
        Assert.That(_checker.Attempts, Has.None.Matches<Attempt>(attempt => attempt.Data == data), $"{n}");
        return _checker.Sending(Channel, data);
    }

    private void Publish(params int[] offsets) => Publish("e1", offsets);

    // The payload and the id say where it is.
    private void Publish(string epoch, params int[] offsets)
    {
        foreach (var offset in offsets)
        {
            _checker.Sending(Channel, DataOf(epoch, offset)).Acknowledged(DataOf(epoch, offset), At(offset, epoch));
        }
    }

    private static string DataOf(string epoch, int offset) => epoch == "e1" ? $"{offset}" : $"{epoch}-{offset}";

    private SubscriberLog Begun(string name, Position? since = null)
    {
        var log = _checker.Subscriber(name, Channel);
        log.Begin(since);
        return log;
    }

    private SubscriberLog Live(string name, Position at)
    {
        var log = Begun(name);
        log.Answered(at);
        return log;
    }

    private static void Get(SubscriberLog log, params int[] offsets) => Get(log, "e1", offsets);

    private static void Get(SubscriberLog log, string epoch, params int[] offsets) => Hear(log, epoch, isReplayed: false, offsets);

    private static void Replay(SubscriberLog log, params int[] offsets) => Hear(log, "e1", isReplayed: true, offsets);

    private static void Hear(SubscriberLog log, string epoch, bool isReplayed, int[] offsets)
    {
        foreach (var offset in offsets)
        {
            log.Event(At(offset, epoch), DataOf(epoch, offset), DataOf(epoch, offset), isReplayed);
        }
    }

    private void AssertNothing() => Assert.That(_checker.Check().All, Is.Empty);

    private void AssertOnly(Violation violation, int count) => AssertOnly((violation, count));

    private void AssertOnly(params (Violation Violation, int Count)[] expected)
    {
        var findings = _checker.Check();
        Assert.That(
            Enum.GetValues<Violation>().Select(violation => (violation, findings.Of(violation))).Where(found => found.Item2 > 0),
            Is.EquivalentTo(expected),
            string.Join('\n', findings.All));
    }
}
