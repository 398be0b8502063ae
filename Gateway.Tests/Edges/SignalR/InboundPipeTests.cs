using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>Whatever comes in whatever pieces: what is in order passes unchanged, and each of the rest is told once.</summary>
[TestFixture]
public sealed class InboundPipeTests
{
    private const char End = '\u001e';

    private static readonly string[] Good =
    [
        "{}",
        """{"type":6}""",
        """{"type":1,"invocationId":"1","target":"Send","arguments":["a","b",{"c":[1,2]}]}""",
        $$"""{"type":1,"arguments":["{{new string('[', 60)}}"]}""",
        "not json at all",
        string.Empty,
    ];

    private static readonly (string Message, string Code, string? InvocationId)[] Bad =
    [
        ($$"""{"type":1,"invocationId":"7","arguments":["{{new string('x', 300)}}"]}""", ErrorCodes.PayloadTooLarge, "7"),
        ($$"""{"arguments":["{{new string('\\', 300)}}",{"invocationId":"not this"}],"invocationId":"8","type":1}""", ErrorCodes.PayloadTooLarge, "8"),
        ($$"""{"arguments":[{{new string('[', 40)}}{{new string(']', 40)}}],"invocationId":"9","type":1}""", ErrorCodes.InvalidRequest, "9"),
        ($$"""{"type":1,"invocationId":"{{new string('x', 300)}}"}""", ErrorCodes.PayloadTooLarge, null),
        (new string('{', 150), ErrorCodes.InvalidRequest, null),
        (new string('"', 300), ErrorCodes.PayloadTooLarge, null),
        (new string(']', 300), ErrorCodes.PayloadTooLarge, null),
        ("{" + string.Concat(Enumerable.Repeat("a:", 150)), ErrorCodes.PayloadTooLarge, null),
        ($$"""{"type":1,"invocationId":"\ud800","arguments":["{{new string('x', 300)}}"]}""", ErrorCodes.PayloadTooLarge, null),
    ];

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property AnyMessages_InAnyPieces()
    {
        var message = Gen.Frequency(
            (3, Gen.Elements(Good).Select(good => (Message: good, Code: (string?)null, InvocationId: (string?)null))),
            (1, Gen.Elements(Bad).Select(bad => (bad.Message, Code: (string?)bad.Code, bad.InvocationId))));
        var messages = message.ListOf().ToArbitrary();
        var pieces = Gen.Choose(1, 400).NonEmptyListOf().ToArbitrary();
        return Prop.ForAll(messages, pieces, (sent, sizes) =>
        {
            var (passed, refused) = RunAsync(string.Concat(sent.Select(one => one.Message + End)), [.. sizes]).InTime().GetAwaiter().GetResult();
            Assert.Multiple(() =>
            {
                Assert.That(passed, Is.EqualTo(string.Concat(sent.Where(one => one.Code is null).Select(one => one.Message + End))));
                Assert.That(refused, Is.EqualTo(sent.Where(one => one.Code is not null).Select(one => (one.Code!, one.InvocationId))));
            });
        });
    }

    [Test]
    public async Task MessageThatNeverEnds_IsNotKept()
    {
        var transport = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var inbound = PiecewisePeer.Create(transport);
        var reading = inbound.ReadAsync().AsTask();
        for (var i = 0; i < 1_000; i++)
        {
            await transport.Writer.WriteAsync(new byte[1_000]);
        }

        await transport.Writer.CompleteAsync();
        var result = await reading.InTime();
        Assert.Multiple(() =>
        {
            Assert.That(result.IsCompleted, Is.True);
            Assert.That(result.Buffer.IsEmpty, Is.True);
        });
    }

    [Test]
    public void Scan_CostsTheSameForEveryByte()
    {
        // Of hostile text each piece may look like a property; the scan must not stop to parse any of it.
        var scanner = new JsonFrameScanner();
        var hostile = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes("{" + string.Concat(Enumerable.Repeat("a:", 500_000))));
        var before = GC.GetAllocatedBytesForCurrentThread();
        scanner.Scan(hostile);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10_000), "an exception or a document for each would be megabytes");
    }

    [Test]
    public async Task Cancellation_IsSeen_WhateverIsBuffered()
    {
        var transport = new Pipe();
        var inbound = PiecewisePeer.Create(transport);
        await transport.Writer.WriteAsync(Encoding.UTF8.GetBytes("{}" + End));
        inbound.CancelPendingRead();
        var cancelled = await inbound.ReadAsync().AsTask().InTime();
        inbound.AdvanceTo(cancelled.Buffer.Start, cancelled.Buffer.End);
        var next = await inbound.ReadAsync().AsTask().InTime();
        Assert.Multiple(() =>
        {
            Assert.That(cancelled.IsCanceled, Is.True);
            Assert.That(Encoding.UTF8.GetString(next.Buffer.ToArray()), Is.EqualTo("{}" + End), "nothing is lost by it");
        });
    }

    [Test]
    public async Task Silence_IsSinceSignalRAskedForAMessage_WhateverCameOfIt()
    {
        var (transport, time) = (new Pipe(), new ManualTime());
        var inbound = PiecewisePeer.Create(transport, time: time);
        Assert.That(inbound.Silence, Is.EqualTo(TimeSpan.Zero));
        var reading = inbound.ReadAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(20));
        await transport.Writer.WriteAsync(Encoding.UTF8.GetBytes("{"));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(inbound.Silence, Is.EqualTo(TimeSpan.FromSeconds(30)), "half a message is none");
        await transport.Writer.WriteAsync(Encoding.UTF8.GetBytes("}" + End));
        inbound.AdvanceTo((await reading.InTime()).Buffer.End);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(inbound.Silence, Is.EqualTo(TimeSpan.Zero), "SignalR is busy with it");
        reading = inbound.ReadAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.That(inbound.Silence, Is.EqualTo(TimeSpan.FromSeconds(3)));
        await transport.Writer.CompleteAsync();
        await reading.InTime();
        Assert.That(inbound.Silence, Is.EqualTo(TimeSpan.Zero));
    }

    private static async Task<(string Passed, List<(string Code, string? InvocationId)> Refused)> RunAsync(string sent, int[] sizes)
    {
        var (passed, refused) = await PiecewisePeer.RunAsync(Encoding.UTF8.GetBytes(sent), sizes);
        return (Encoding.UTF8.GetString(passed), refused);
    }
}
