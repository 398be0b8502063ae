using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Tests.Backplane;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>Calls on a client of another node that is lost, or whose answer is.</summary>
[TestFixture]
public sealed class RemoteCallsTests
{
    private readonly ManualTime _time = new();
    private readonly ClientResults _results = new();
    private MemoryBroker _broker = null!;
    private RemoteCalls _calls = null!;
    private HubProtocols _protocols = null!;

    [SetUp]
    public void Create()
    {
        _broker = new MemoryBroker(new MemoryBrokerOptions(1_000, 1_000_000), _time);
        _protocols = new HubProtocols();
        _calls = new RemoteCalls(new NodeMessenger(_broker, new Node("asker"), _time), _results, _protocols, _time);
    }

    [TearDown]
    public void Dispose() => _broker.Dispose();

    [Test]
    public async Task AnswerThatWasLost_EndsTheCall()
    {
        await AddForgetfulOwnerAsync();
        var watched = _time.WhenTimerIsMadeAsync(RemoteCalls.CheckInterval);
        var answer = InvokeAsync(default);
        await watched.InTime();
        _time.Advance(RemoteCalls.CheckInterval);
        var thrown = Assert.ThrowsAsync<HubException>(() => answer.InTime());
        Assert.Multiple(() =>
        {
            Assert.That(thrown.Message, Does.StartWith("Connection disconnected"));
            Assert.That(_results.Count, Is.Zero);
        });
    }

    [Test]
    public async Task NodeThatIsAsked_AndSaysNothing_IsUnavailable_AndNothingWaits()
    {
        var deaf = new RecordingHandler();
        await _broker.SubscribeAsync(NodeChannels.All, retention: null, deaf, default);
        var answer = InvokeAsync(default);
        var call = Read<HubErrand.Call>(await deaf.NextMessageAsync());
        _time.Advance(NodeMessenger.Patience);
        var thrown = Assert.ThrowsAsync<RealtimeException>(() => answer.InTime());
        var cancelled = Read<HubErrand.Cancel>(await deaf.NextMessageAsync());
        Assert.Multiple(() =>
        {
            Assert.That(thrown.Error.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That(cancelled.CallId, Is.EqualTo(call.CallId), "who made the call all the same is told");
            Assert.That(_results.Count, Is.Zero);
        });
    }

    [Test]
    public async Task Cancellation_BeforeAnyNodeAnswered_IsToldToAll()
    {
        var deaf = new RecordingHandler();
        await _broker.SubscribeAsync(NodeChannels.All, retention: null, deaf, default);
        using var cancellation = new CancellationTokenSource();
        var answer = InvokeAsync(cancellation.Token);
        var call = Read<HubErrand.Call>(await deaf.NextMessageAsync());
        await cancellation.CancelAsync();
        Assert.ThrowsAsync<HubException>(() => answer.InTime());
        Assert.That(Read<HubErrand.Cancel>(await deaf.NextMessageAsync()).CallId, Is.EqualTo(call.CallId));
    }

    private Task<int> InvokeAsync(CancellationToken cancellationToken)
    {
        var id = _results.NewId();
        return _calls.InvokeAsync<int>("1234", id, _protocols.Encode(id, "Result", []), cancellationToken);
    }

    // A node that takes calls and forgets them.
    private async Task AddForgetfulOwnerAsync()
    {
        var listener = new ForgetfulOwner();
        var (asker, owner) = (new Node("asker"), new Node("owner"));
        var answering = new NodeEar(new NodeMessenger(_broker, owner, _time), listener, TestMetrics.Unheard, NullLogger<NodeEar>.Instance);
        await _broker.SubscribeAsync(NodeChannels.All, retention: null, answering, default);
        await _broker.SubscribeAsync(NodeChannels.Of(owner.Id), retention: null, answering, default);

        var messenger = new NodeMessenger(_broker, asker, _time);
        _calls = new RemoteCalls(messenger, _results, _protocols, _time);
        await _broker.SubscribeAsync(
            NodeChannels.Of(asker.Id),
            retention: null,
            new NodeEar(messenger, listener, TestMetrics.Unheard, NullLogger<NodeEar>.Instance),
            default);
    }

    private static T Read<T>(ReadOnlyMemory<byte> bytes)
        where T : HubErrand =>
        NodeMessage.TryRead(bytes, out var message) && HubErrand.TryRead(message.Body!.Value, out var errand)
            ? (T)errand
            : throw new AssertionException("This is no errand.");

    private sealed class ForgetfulOwner : INodeListener
    {
        public bool OnTold(string fromNode, JsonElement body) => true;

        public ValueTask<bool?> OnAskedAsync(string fromNode, JsonElement body) =>
            new(HubErrand.TryRead(body, out var errand) && errand is HubErrand.Call);
    }
}
