using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>Questions between nodes, with nodes that answer, fail, or say nothing.</summary>
[TestFixture]
public sealed class NodeMessengerTests
{
    private static readonly JsonElement Body = JsonElement.Parse("{}");

    private readonly ManualTime _time = new();
    private MemoryBroker _broker = null!;
    private NodeMessenger _messenger = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        _broker = new MemoryBroker(new MemoryBrokerOptions(1_000, 1_000_000), _time);
        _messenger = await AddNodeAsync("a", answer: false);
    }

    [TearDown]
    public void Dispose() => _broker.Dispose();

    [Test]
    public async Task Question_IsAnsweredByTheNodeWhoseItIs()
    {
        await AddNodeAsync("b", answer: true);
        await AddNodeAsync("c", answer: false);
        Assert.That(await AskAsync().InTime(), Is.EqualTo("b"));
    }

    [Test]
    public async Task Question_OfNoNode_IsAnsweredBeforeAnybodysPatienceEnds()
    {
        await AddNodeAsync("b", answer: false);
        Assert.That(await AskAsync().InTime(), Is.Null);
    }

    [Test]
    public async Task Question_ThatNobodyHears_IsNobodys() =>
        Assert.That(await _messenger.AskAsync(NodeChannels.Of("gone"), Body, default).AsTask().InTime(), Is.Null);

    [Test]
    public async Task Failure_IsTheAskersToo()
    {
        await AddNodeAsync("b", answer: null, new InvalidOperationException("It failed."));
        var thrown = Assert.ThrowsAsync<RealtimeException>(() => AskAsync().InTime());
        Assert.That(thrown.Error.Code, Is.EqualTo(ErrorCodes.Unavailable));
    }

    [Test]
    public async Task AnswerThatIsLost_IsWaitedFor_WithinABound()
    {
        await _broker.SubscribeAsync(NodeChannels.All, retention: null, new RecordingHandler(), default);
        var asking = AskAsync();
        _time.Advance(NodeMessenger.Patience - TimeSpan.FromMilliseconds(1));
        Assert.That(asking.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var thrown = Assert.ThrowsAsync<RealtimeException>(() => asking.InTime());
        Assert.Multiple(() =>
        {
            Assert.That(thrown.Error.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(_messenger.Pending, Is.Zero);
        });
    }

    [Test]
    public async Task Question_CanBeGivenUp()
    {
        await _broker.SubscribeAsync(NodeChannels.All, retention: null, new RecordingHandler(), default);
        using var cancellation = new CancellationTokenSource();
        var asking = _messenger.AskAsync(NodeChannels.All, Body, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        Assert.CatchAsync<OperationCanceledException>(() => asking.InTime());
        Assert.That(_messenger.Pending, Is.Zero);
    }

    [Test]
    public async Task Questions_AreBounded()
    {
        await _broker.SubscribeAsync(NodeChannels.Of("deaf"), retention: null, new RecordingHandler(), default);
        using var cancellation = new CancellationTokenSource();
        var asking = Enumerable.Range(0, NodeMessenger.MaxPending)
            .Select(_ => _messenger.AskAsync(NodeChannels.Of("deaf"), Body, cancellation.Token).AsTask()).ToArray();
        var thrown = Assert.ThrowsAsync<RealtimeException>(() => AskAsync().InTime());
        await cancellation.CancelAsync();
        Assert.CatchAsync(() => Task.WhenAll(asking).InTime());
        Assert.Multiple(async () =>
        {
            Assert.That(thrown.Error.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(await AskAsync().InTime(), Is.Null, "there is room again");
        });
    }

    [Test]
    public async Task NoOfOneNode_CountsOnce()
    {
        await _broker.SubscribeAsync(NodeChannels.Of("deaf"), retention: null, new RecordingHandler(), default);
        await _broker.SubscribeAsync(NodeChannels.Of("deaf"), retention: null, new RecordingHandler(), default);
        var asking = _messenger.AskAsync(NodeChannels.Of("deaf"), Body, default).AsTask();
        _messenger.OnAnswer(1, "b", NodeAnswer.No);
        _messenger.OnAnswer(1, "b", NodeAnswer.No);
        Assert.That(asking.IsCompleted, Is.False);
        _messenger.OnAnswer(1, "c", NodeAnswer.No);
        Assert.That(await asking.InTime(), Is.Null);
    }

    [Test]
    public async Task NodeThatStartsWithoutABackplane_HearsTheOthers_OnceThereIsOne()
    {
        var isThere = false;
        var broker = new HinderedBroker(_broker)
        {
            BeforeSubscribing = () => isThere ? Task.CompletedTask : throw new RealtimeException(new Error(ErrorCodes.Unavailable, "It does not answer.")),
        };
        var (hearing, _) = Create("late", broker, answer: true, failure: null);
        await hearing.StartingAsync(default).InTime();
        Assert.That(await AskAsync().InTime(), Is.Null);

        isThere = true;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await AskUntilAnsweredAsync().InTime(), Is.EqualTo("late"));

        await hearing.StoppedAsync(default).InTime();
        Assert.That(await AskAsync().InTime(), Is.Null, "it hears nothing after its end");
    }

    private async Task<string> AskUntilAnsweredAsync()
    {
        while (true)
        {
            if (await AskAsync() is { } node)
            {
                return node;
            }
        }
    }

    private Task<string?> AskAsync() => _messenger.AskAsync(NodeChannels.All, Body, default).AsTask();

    private async Task<NodeMessenger> AddNodeAsync(string id, bool? answer, Exception? failure = null)
    {
        var (hearing, messenger) = Create(id, _broker, answer, failure);
        await hearing.StartingAsync(default);
        return messenger;
    }

    private (NodeHearing Hearing, NodeMessenger Messenger) Create(string id, IBroker broker, bool? answer, Exception? failure)
    {
        var node = new Node(id);
        var messenger = new NodeMessenger(broker, node, _time);
        var ear = new NodeEar(messenger, new Answering(answer, failure), TestMetrics.Unheard, NullLogger<NodeEar>.Instance);
        return (new NodeHearing(broker, node, ear, _time, NullLogger<NodeHearing>.Instance), messenger);
    }

    private sealed class Answering(bool? answer, Exception? failure) : INodeListener
    {
        public bool OnTold(string fromNode, JsonElement body) => true;

        public ValueTask<bool?> OnAskedAsync(string fromNode, JsonElement body) => failure is null ? new(answer) : throw failure;
    }
}
