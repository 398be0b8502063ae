using System.Buffers;
using System.IO.Pipelines;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

[TestFixture]
public sealed class OutboundQueueTests
{
    private const int MaxBytes = 10_000;
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    private ManualTime _time = null!;
    private Pipe _transport = null!;
    private OutboundQueue _queue = null!;
    private QueueOwner _owner = null!;

    [SetUp]
    public void Create()
    {
        _time = new ManualTime();
        _transport = new Pipe(new PipeOptions(pauseWriterThreshold: 100, resumeWriterThreshold: 50, useSynchronizationContext: false));
        _owner = new QueueOwner();
        _queue = new OutboundQueue(_transport.Writer, Services(PipeScheduler.Inline), _owner);
    }

    [Test]
    public async Task Messages_ArriveInOrder_WhileTheReaderIsAtTimesAway()
    {
        var expected = new List<byte>();
        for (byte i = 0; i < 100; i++)
        {
            byte[] message = [i, i, i];
            _queue.Add(message);
            expected.AddRange(message);
        }

        Assert.That(await ReadAsync(expected.Count), Is.EqualTo(expected));
        Assert.That(_owner.Slow, Is.Zero);
    }

    [Test]
    public async Task ManyThreads_LoseNothing_AndMixNoMessages()
    {
        const int Threads = 8;
        const int Each = 500;
        var reading = ReadAsync(Threads * Each * 4);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await _queue.WaitForRoomAsync();
                _queue.Add(new[] { (byte)thread, (byte)(i >> 8), (byte)i, (byte)thread });
            }
        }))).InTime();

        var read = (await reading).Chunk(4).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(read, Has.All.Matches<byte[]>(message => message[0] == message[3]));
            for (var thread = 0; thread < Threads; thread++)
            {
                Assert.That(
                    read.Where(message => message[0] == thread).Select(message => message[1] << 8 | message[2]),
                    Is.EqualTo(Enumerable.Range(0, Each)));
            }
        });
    }

    [Test]
    public async Task PartsOfAMessage_StayTogether_WhateverIsAddedMeanwhile()
    {
        const int Each = 500;
        var reading = ReadAsync(2 * Each * 3);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await _queue.WaitForRoomAsync();
                _queue.Add(new[] { (byte)thread, (byte)thread }, new[] { (byte)thread });
            }
        }))).InTime();
        Assert.That((await reading).Chunk(3), Has.All.Matches<byte[]>(message => message[0] == message[1] && message[0] == message[2]));
    }

    [Test]
    public async Task Held_ItTakesAndHandsOnNothing_UntilItIsReleased()
    {
        var held = new OutboundQueue(_transport.Writer, Services(PipeScheduler.Inline), _owner, isHeld: true);
        held.Add(new byte[] { 1, 2 });
        held.Add(new byte[] { 3 });
        Assert.That(_transport.Reader.TryRead(out _), Is.False);

        held.Release();
        Assert.That(await ReadAsync(3), Is.EqualTo(new byte[] { 1, 2, 3 }));
        held.Add(Message(MaxBytes));
        held.Add(Message(MaxBytes));
        Assert.That(_owner.Slow, Is.EqualTo(1), "it has its bound");
    }

    [Test]
    public async Task WhatComesBeforeItsTurn_GoesWithOneFlush()
    {
        var turns = new Turns();
        var queue = new OutboundQueue(_transport.Writer, Services(turns), _owner);
        queue.Add(new byte[] { 1 });
        queue.Add(new byte[] { 2 });
        queue.Add(new byte[] { 3 });
        Assert.That(_transport.Reader.TryRead(out _), Is.False, "nobody who adds flushes");

        turns.RunOne();
        Assert.That(await ReadAsync(3), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(turns.Waiting, Is.Zero);
    }

    [Test]
    public async Task Last_IsTheLast_WhateverIsAddedMeanwhile()
    {
        _queue.Add(new byte[150]);
        var completed = _queue.CompleteAsync(new byte[] { 7 });
        _queue.Add(new byte[] { 8 });
        Assert.That((await ReadAsync(151))[^1], Is.EqualTo(7));
        await completed.InTime();
        Assert.That(_transport.Reader.TryRead(out _), Is.False);
    }

    [Test]
    public void Adding_AllocatesNothing()
    {
        var queue = new OutboundQueue(new Nowhere(), Services(PipeScheduler.Inline), _owner);
        ReadOnlyMemory<byte> message = new byte[100];
        queue.Add(message);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            queue.Add(message);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public async Task OverTheBound_ItIsSlow_Once_AndTakesNothingMore()
    {
        // The pipe takes 100 bytes and lets the rest wait.
        for (var i = 0; i < 10; i++)
        {
            _queue.Add(Message(MaxBytes / 10));
        }

        Assert.That(_owner.Slow, Is.Zero, "exactly at the bound");
        _queue.Add(new byte[1]);
        _queue.Add(new byte[1]);
        Assert.Multiple(() =>
        {
            Assert.That(_owner.Slow, Is.EqualTo(1));
            Assert.That(_queue.UnsentBytes, Is.Zero, "what waited is let go");
        });
        await _queue.CompleteAsync().InTime();
    }

    [Test]
    public async Task OneMessage_IsNeverTooMuch_HoweverLarge()
    {
        _queue.Add(new byte[MaxBytes * 3]);
        Assert.That(_owner.Slow, Is.Zero);
        Assert.That(await ReadAsync(MaxBytes * 3), Has.Length.EqualTo(MaxBytes * 3));
    }

    [Test]
    public void StuckWrite_IsSlow_AfterTheTimeout_AndNotBefore()
    {
        _queue.Add(new byte[200]);
        _time.Advance(WriteTimeout);
        _queue.CheckProgress();
        Assert.That(_owner.Slow, Is.Zero);
        _time.Advance(TimeSpan.FromSeconds(1));
        _queue.CheckProgress();
        Assert.That(_owner.Slow, Is.EqualTo(1));
    }

    [Test]
    public async Task QuietClient_IsNotStuck()
    {
        _queue.Add(new byte[6_000]);
        var written = _queue.WaitForRoomAsync().AsTask();
        await ReadAsync(6_000);
        await written.InTime();
        _time.Advance(TimeSpan.FromHours(1));
        _queue.CheckProgress();
        Assert.That(_owner.Slow, Is.Zero);
    }

    [Test]
    public async Task Room_IsWaitedFor_FromHalfTheBoundOn()
    {
        _queue.Add(Message(MaxBytes / 2));
        await _queue.WaitForRoomAsync().AsTask().InTime();
        _queue.Add(new byte[1]);
        var room = _queue.WaitForRoomAsync().AsTask();
        Assert.That(room.IsCompleted, Is.False);
        await ReadAsync(MaxBytes / 2 - OutboundQueue.EntryBytes + 1);
        await room.InTime();
    }

    [Test]
    public async Task Complete_WaitsForWhatIsQueued_AndTakesNothingMore()
    {
        _queue.Add(new byte[150]);
        _queue.Add(new byte[50]);
        var completed = _queue.CompleteAsync();
        _queue.Add(new byte[10]);
        Assert.That(completed.IsCompleted, Is.False);
        await ReadAsync(200);
        await completed.InTime();
        Assert.Multiple(() =>
        {
            Assert.That(_transport.Reader.TryRead(out _), Is.False, "nothing after the end");
            Assert.That(_owner.Slow, Is.Zero);
        });
    }

    [Test]
    public async Task ReaderThatIsGone_EndsTheQueue_WithoutCallingAnybodySlow()
    {
        _queue.Add(new byte[150]);
        var room = _queue.WaitForRoomAsync();
        await _transport.Reader.CompleteAsync();
        _queue.Add(new byte[10]);
        await room.AsTask().InTime();
        await _queue.CompleteAsync().InTime();
        Assert.That(_owner.Slow, Is.Zero);
    }

    [Test]
    public async Task TransportThatIsCompleted_EndsTheQueue()
    {
        await _transport.Writer.CompleteAsync();
        _queue.Add(new byte[10]);
        await _queue.CompleteAsync().InTime();
        Assert.That(_owner.Slow, Is.Zero);
    }

    // One that takes so much room.
    private OutboundServices Services(PipeScheduler scheduler) => new(new OutboundLimits(MaxBytes, WriteTimeout), scheduler, _time);

    private static byte[] Message(int size) => new byte[size - OutboundQueue.EntryBytes];

    private async Task<byte[]> ReadAsync(int count)
    {
        var read = new List<byte>();
        while (read.Count < count)
        {
            var result = await _transport.Reader.ReadAsync().AsTask().InTime();
            read.AddRange(result.Buffer.ToArray());
            _transport.Reader.AdvanceTo(result.Buffer.End);
        }

        return [.. read];
    }

    /// <summary>A scheduler whose turns come when the test says so.</summary>
    private sealed class Turns : PipeScheduler
    {
        private readonly Queue<Action> _turns = new();

        public int Waiting => _turns.Count;

        public override void Schedule(Action<object?> action, object? state) => _turns.Enqueue(() => action(state));

        public void RunOne() => _turns.Dequeue()();
    }
}
