using System.IO.Pipelines;
using System.Text;
using RealtimeGateway.Primitives;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Primitives;

/// <summary>One wait for a source, what is made of it, and a filter: whether there is something already, or it comes later.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FilteredReaderTests
{
    private readonly Pipe _pipe = new(new PipeOptions(useSynchronizationContext: false));

    [Test]
    public async Task WhatIsThere_AndWhatComes_AreRead([Values] bool isLate)
    {
        var reader = FilteredReader.Of(_pipe.Reader);
        var read = await ReadAsync(reader, isLate, () => WriteAsync("one"));
        Assert.That(Encoding.UTF8.GetString(read.Buffer), Is.EqualTo("one"));
        reader.AdvanceTo(read.Buffer.End);
        Assert.That(reader.TryRead(out _), Is.False);
    }

    [Test]
    public async Task Filter_ThatLetsNothingThrough_LetsTheCallerWait([Values] bool isLate)
    {
        var reader = FilteredReader.Of(_pipe.Reader);
        reader.Filter = new Lines(reader);
        var reading = ReadAsync(reader, isLate, () => WriteAsync("half"));
        await WriteAsync(" of it");
        Assert.That(reading.IsCompleted, Is.False);
        await WriteAsync(".");
        Assert.That(Encoding.UTF8.GetString((await reading.InTime()).Buffer), Is.EqualTo("half of it."));
    }

    [Test]
    public async Task SourceThatFails_IsTheEnd_WhereTheReaderTakesItSo([Values] bool isLate)
    {
        var reader = new Ending(_pipe.Reader);
        var read = await ReadAsync(reader, isLate, () => _pipe.Writer.CompleteAsync(new IOException("gone")).AsTask());
        Assert.That(read.IsCompleted, Is.True);
        Assert.That((await reader.ReadAsync().AsTask().InTime()).IsCompleted, Is.True, "and stays it");
    }

    [Test]
    public async Task SourceThatFailsBehindWhatTheFilterDrops_IsTheEndToo([Values] bool isLate)
    {
        var reader = new Ending(_pipe.Reader);
        var read = await ReadAsync(reader, isLate, async () =>
        {
            await WriteAsync("dropped");
            await _pipe.Writer.CompleteAsync(new IOException("gone"));
        });
        Assert.That(read.IsCompleted, Is.True);
    }

    [Test]
    public void SourceThatFails_IsTheCallersException_ElseWhere([Values] bool isLate)
    {
        var reader = FilteredReader.Of(_pipe.Reader);
        Assert.That(
            async () => await ReadAsync(reader, isLate, () => _pipe.Writer.CompleteAsync(new IOException("gone")).AsTask()),
            Throws.InstanceOf<IOException>().With.Message.EqualTo("gone"));
    }

    [Test]
    public async Task Reading_ThatIsGivenUp_IsTheCallersException_AndCanBeDoneAgain([Values] bool isLate)
    {
        var reader = new Ending(_pipe.Reader);
        using var givenUp = new CancellationTokenSource();
        Assert.That(
            async () => await ReadAsync(reader, isLate, givenUp.CancelAsync, givenUp.Token),
            Throws.InstanceOf<OperationCanceledException>());
        await _pipe.Writer.CompleteAsync();
        Assert.That((await reader.ReadAsync().AsTask().InTime()).IsCompleted, Is.True);
    }

    [Test]
    public async Task Reading_ThatIsCancelled_ReturnsWithNothing_AndCanBeDoneAgain([Values] bool isLate)
    {
        var reader = FilteredReader.Of(_pipe.Reader);
        var read = await ReadAsync(reader, isLate, () =>
        {
            reader.CancelPendingRead();
            return Task.CompletedTask;
        });
        Assert.That((read.IsCanceled, read.Buffer.Length), Is.EqualTo((true, 0)));
        reader.AdvanceTo(read.Buffer.Start);
        await WriteAsync("one");
        Assert.That(Encoding.UTF8.GetString((await reader.ReadAsync().AsTask().InTime()).Buffer), Is.EqualTo("one"));
    }

    // What happens has happened before somebody reads, or while he waits.
    private static async Task<ReadResult> ReadAsync(FilteredReader reader, bool isLate, Func<Task> happen, CancellationToken cancellationToken = default)
    {
        if (!isLate)
        {
            await happen();
            return await reader.ReadAsync(cancellationToken).AsTask().InTime();
        }

        var reading = reader.ReadAsync(cancellationToken).AsTask();
        Assert.That(reading.IsCompleted, Is.False);
        await happen();
        return await reading.InTime();
    }

    private async Task WriteAsync(string text) => await _pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Lets what ends with a full stop through.</summary>
    private sealed class Lines(FilteredReader reader) : IReadFilter
    {
        public bool TryPass(ReadResult read, out ReadResult passed)
        {
            passed = read;
            if (read.IsCompleted || Encoding.UTF8.GetString(read.Buffer).EndsWith('.'))
            {
                return true;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            return false;
        }
    }

    /// <summary>Has nothing to give but the end, which a source that fails is too.</summary>
    private sealed class Ending(PipeReader source) : FilteredReader(source)
    {
        private bool _hasEnded;

        public override void AdvanceTo(SequencePosition consumed)
        {
        }

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
        }

        public override void CancelPendingRead() => Source.CancelPendingRead();

        public override void Complete(Exception? exception = null)
        {
        }

        protected override bool TryTake(out ReadResult taken)
        {
            taken = new ReadResult(default, isCanceled: false, _hasEnded);
            return _hasEnded;
        }

        protected override void OnRead(in ReadResult read)
        {
            Source.AdvanceTo(read.Buffer.End);
            _hasEnded |= read.IsCompleted;
        }

        protected override bool TryEnd(Exception exception) => _hasEnded = true;
    }
}
