using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using RealtimeGateway.Edges.WebSockets;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.WebSockets;

/// <summary>What a client may send, and what it may not (RFC 6455, sections 5 to 8).</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FrameReaderTests
{
    private readonly Pipe _sent = new(new PipeOptions(useSynchronizationContext: false));
    private readonly List<(Opcode Opcode, string Payload)> _answers = [];
    private readonly FrameReader _reader;

    public FrameReaderTests()
    {
        _reader = new FrameReader(new UpgradedLink(_sent.Reader.AsStream(), new DefaultHttpContext()), new Answers(_answers));
    }

    [Test]
    public async Task Payloads_ComeOneBehindAnother()
    {
        await SendAsync(Frame(Opcode.Text, "one,"), Frame(Opcode.Binary, "two,"), Frame(Opcode.Text, string.Empty), Frame(Opcode.Text, "three"));
        Assert.That(await ReadAsync(13), Is.EqualTo("one,two,three"));
        Assert.That(_answers, Is.Empty);
    }

    [Test]
    public async Task FragmentsOfAMessage_ComeAsTheyCome_WithPingsBetweenThem()
    {
        await SendAsync(
            Frame(Opcode.Text, "a", isFinal: false),
            Frame(Opcode.Ping, "?"),
            Frame(Opcode.Continuation, "b", isFinal: false),
            Frame(Opcode.Pong, "nobody asked"),
            Frame(Opcode.Continuation, "c"),
            Frame(Opcode.Text, "d"));
        Assert.That(await ReadAsync(4), Is.EqualTo("abcd"));
        Assert.That(_answers, Is.EqualTo(new[] { (Opcode.Pong, "3f") }));
    }

    [TestCase(125)]
    [TestCase(126)]
    [TestCase(65_535)]
    [TestCase(65_536)]
    [TestCase(300_000)]
    public async Task PayloadOfAnyLength_IsWhole_ThoughNothingIsTakenOfItBefore(int bytes)
    {
        var text = string.Concat(Enumerable.Range(0, bytes).Select(i => (char)('a' + (i % 26))));
        var sending = SendAsync(Frame(Opcode.Text, text));
        Assert.That(await ReadAsync(bytes), Is.EqualTo(text));
        await sending;
    }

    [Test]
    public void AnyFrames_InAnyPieces_TakenInAnyPieces_AreWhatWasSent() => Prop
        .ForAll(FrameSequence.Any(), sequence =>
        {
            new FrameReaderTests().ReadAsync(sequence).GetAwaiter().GetResult();
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    // Each begins with a good message, so that what came before is not lost.
    [TestCase("810161", "", "03ea", TestName = "A frame that is not masked")]
    [TestCase("c18000000000", "", "03ea", TestName = "A reserved bit")]
    [TestCase("a18000000000", "", "03ea", TestName = "Another reserved bit")]
    [TestCase("918000000000", "", "03ea", TestName = "The third reserved bit")]
    [TestCase("838000000000", "", "03ea", TestName = "An opcode for data that means nothing")]
    [TestCase("8b8000000000", "", "03ea", TestName = "An opcode for control that means nothing")]
    [TestCase("098000000000", "", "03ea", TestName = "A ping in fragments")]
    [TestCase("89fe007e00000000", "", "03ea", TestName = "A ping that is too long")]
    [TestCase("808000000000", "", "03ea", TestName = "A continuation of nothing")]
    [TestCase("018000000000", "818000000000", "03ea", TestName = "A message within a message")]
    [TestCase("81ff800000000000000000000000", "", "03ea", TestName = "A length of 64 bits")]
    [TestCase("88810000000003", "", "03ea", TestName = "Half a status")]
    [TestCase("88820000000003e7", "", "03ea", TestName = "A status under 1000")]
    [TestCase("88820000000003ed", "", "03ea", TestName = "A status that is never sent")]
    [TestCase("8882000000000bb7", "", "03ea", TestName = "A status that is not defined")]
    [TestCase("88830000000003e8ff", "", "03ef", TestName = "A reason that is not UTF-8")]
    [TestCase("818200000000c080", "", "03ef", TestName = "An overlong character")]
    [TestCase("818300000000eda080", "", "03ef", TestName = "Half a surrogate")]
    [TestCase("818400000000f4908080", "", "03ef", TestName = "A character beyond the last")]
    [TestCase("818100000000e2", "", "03ef", TestName = "A text that ends within a character")]
    [TestCase("018100000000e2", "808100000000e2", "03ef", TestName = "A character that is broken across fragments")]
    public async Task WhoBreaksTheProtocol_IsClosedForIt(string frame, string next, string status)
    {
        await SendAsync(Frame(Opcode.Text, "good"), Convert.FromHexString(frame + next), Frame(Opcode.Text, "unheard"));
        Assert.That(await ReadToEndAsync(), Does.StartWith("good").And.Not.Contain("unheard"));
        Assert.That(_answers, Is.EqualTo(new[] { (Opcode.Close, status) }));
    }

    [TestCase("", "")]
    [TestCase("03e8", "03e8")]
    [TestCase("03e9476f2e", "03e9")]
    [TestCase("0bb8", "0bb8")]
    public async Task CloseFrame_IsAnsweredWithItsStatus_AndIsTheEnd(string payload, string answer)
    {
        await SendAsync(Frame(Opcode.Text, "last"), Frame(Opcode.Close, Convert.FromHexString(payload)), Frame(Opcode.Text, "unheard"));
        Assert.That(await ReadToEndAsync(), Is.EqualTo("last"));
        Assert.That(_answers, Is.EqualTo(new[] { (Opcode.Close, answer) }));
    }

    [Test]
    public async Task EndWithoutACloseFrame_IsTheEnd_AndAnsweredByNothing([Values] bool isFault)
    {
        await SendAsync(Frame(Opcode.Text, "last"));
        var read = await _reader.ReadAsync().AsTask().InTime();
        _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        await _sent.Writer.CompleteAsync(isFault ? new IOException("reset") : null);
        Assert.That(await ReadToEndAsync(), Is.EqualTo("last"));
        Assert.That(_answers, Is.Empty);
    }

    [Test]
    public async Task ReadThatIsCancelled_ReturnsWithNothing_AndTheNextGoesOn()
    {
        for (var i = 0; i < 3; i++)
        {
            var read = _reader.ReadAsync().AsTask();
            Assert.That(read.IsCompleted, Is.False);
            _reader.CancelPendingRead();
            var cancelled = await read.InTime();
            Assert.That((cancelled.IsCanceled, cancelled.Buffer.Length), Is.EqualTo((true, 0)));
            _reader.AdvanceTo(cancelled.Buffer.End);
        }

        await SendAsync(Frame(Opcode.Text, "on"));
        Assert.That(await ReadAsync(2), Is.EqualTo("on"));
    }

    [Test]
    public async Task WhatWasLookedAtAndNotTaken_IsNotGivenAgain_BeforeMoreComes()
    {
        await SendAsync(Frame(Opcode.Text, "ab"));
        var read = await _reader.ReadAsync().AsTask().InTime();
        _reader.AdvanceTo(read.Buffer.GetPosition(1), read.Buffer.End);
        Assert.That(_reader.TryRead(out _), Is.False);
        var next = _reader.ReadAsync().AsTask();
        await SendAsync(Frame(Opcode.Ping, "?"), Frame(Opcode.Text, "c"));
        Assert.That(Text((await next.InTime()).Buffer), Is.EqualTo("bc"));
    }

    [Test]
    public async Task WhoIsNoLongerHeard_IsReadToHisCloseFrame_OrUntilItIsGivenUp([Values] bool closes)
    {
        using var givenUp = new CancellationTokenSource();
        var reading = _reader.ReadToEndAsync(givenUp.Token);
        await SendAsync(Frame(Opcode.Text, "unheard"));
        Assert.That(reading.IsCompleted, Is.False);
        if (closes)
        {
            await SendAsync(Frame(Opcode.Close, string.Empty));
        }
        else
        {
            await givenUp.CancelAsync();
        }

        await reading.InTime();
        Assert.That(_reader.HasEnded, Is.EqualTo(closes));
    }

    private async Task ReadAsync(FrameSequence sequence)
    {
        var sending = SendInPiecesAsync(sequence);
        var read = new List<byte>();
        var taken = 0;
        while (true)
        {
            var result = await _reader.ReadAsync().AsTask().InTime();
            var take = Math.Min(sequence.Takes[taken++ % sequence.Takes.Length], result.Buffer.Length);
            take = result.IsCompleted ? result.Buffer.Length : take;
            read.AddRange(result.Buffer.Slice(0, take).ToArray());
            _reader.AdvanceTo(result.Buffer.GetPosition(take), result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await sending;
        Assert.That(Encoding.UTF8.GetString([.. read]), Is.EqualTo(sequence.Text));
        Assert.That(_answers.Where(answer => answer.Opcode == Opcode.Pong).Select(answer => answer.Payload), Is.EqualTo(sequence.Pings));
    }

    private async Task SendInPiecesAsync(FrameSequence sequence)
    {
        var bytes = sequence.Bytes.AsMemory();
        for (var i = 0; !bytes.IsEmpty; i++)
        {
            var piece = Math.Min(sequence.Pieces[i % sequence.Pieces.Length], bytes.Length);
            await _sent.Writer.WriteAsync(bytes[..piece]);
            bytes = bytes[piece..];
            await Task.Yield();
        }

        await _sent.Writer.CompleteAsync();
    }

    private async Task SendAsync(params byte[][] frames)
    {
        foreach (var frame in frames)
        {
            await _sent.Writer.WriteAsync(frame);
        }
    }

    private async Task<string> ReadAsync(int bytes)
    {
        while (true)
        {
            var read = await _reader.ReadAsync().AsTask().InTime();
            Assert.That(read.IsCompleted, Is.False);
            if (read.Buffer.Length >= bytes)
            {
                var text = Text(read.Buffer);
                _reader.AdvanceTo(read.Buffer.End);
                return text;
            }

            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private async Task<string> ReadToEndAsync()
    {
        while (true)
        {
            var read = await _reader.ReadAsync().AsTask().InTime();
            if (read.IsCompleted)
            {
                return Text(read.Buffer);
            }

            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static string Text(ReadOnlySequence<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static byte[] Frame(Opcode opcode, string payload, bool isFinal = true) => Frame(opcode, Encoding.UTF8.GetBytes(payload), isFinal);

    private static byte[] Frame(Opcode opcode, byte[] payload, bool isFinal = true, uint mask = 0x12345678)
    {
        byte[] key = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(key, mask);
        var length = payload.Length switch
        {
            < 126 => new[] { (byte)payload.Length },
            <= ushort.MaxValue => [126, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ => [127, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length],
        };
        length[0] |= 0x80;
        return [(byte)((isFinal ? 0x80 : 0) | (byte)opcode), .. length, .. key, .. payload.Select((value, i) => (byte)(value ^ key[i % 4]))];
    }

    private sealed class Answers(List<(Opcode Opcode, string Payload)> all) : IControlFrames
    {
        public void Send(Opcode opcode, ReadOnlySpan<byte> payload) => all.Add((opcode, Convert.ToHexStringLower(payload)));
    }

    /// <summary>Messages in fragments, with pings anywhere, and how all that is cut on the way and taken.</summary>
    internal sealed record FrameSequence(string Text, string[] Pings, byte[] Bytes, int[] Pieces, int[] Takes)
    {
        private static readonly string[] Characters = ["a", "é", "€", "😀", "\u001e"];

        public static Arbitrary<FrameSequence> Any()
        {
            var text = Gen.Elements(Characters).ListOf().Select(all => string.Concat(all));
            var size = Gen.Frequency((3, Gen.Choose(1, 9)), (1, Gen.Choose(10, 5_000)));
            var message =
                from repeated in Gen.Choose(1, 40)
                from part in text
                from cuts in Gen.Choose(0, 100).ListOf()
                from pings in Gen.Elements(true, false).ListOf()
                from mask in Gen.Choose(int.MinValue, int.MaxValue)
                select (Text: string.Concat(Enumerable.Repeat(part, repeated)), Cuts: cuts, Pings: pings, Mask: (uint)mask);
            return (
                from messages in message.ListOf()
                from pieces in size.NonEmptyListOf()
                from takes in Gen.Choose(0, 3_000).NonEmptyListOf()
                select Of([.. messages.Select(one => (one.Text, one.Cuts.ToArray(), one.Pings.ToArray(), one.Mask))], [.. pieces], [.. takes, 3_000]))
                .ToArbitrary();
        }

        private static FrameSequence Of((string Text, int[] Cuts, bool[] Pings, uint Mask)[] messages, int[] pieces, int[] takes)
        {
            var bytes = new List<byte>();
            var pings = new List<string>();
            foreach (var (text, cuts, pinged, mask) in messages)
            {
                var payload = Encoding.UTF8.GetBytes(text);
                var ends = cuts.Select(cut => cut * payload.Length / 100).Append(payload.Length).Order().ToArray();
                var begin = 0;
                for (var i = 0; i < ends.Length; i++)
                {
                    if (i < pinged.Length && pinged[i])
                    {
                        var ping = BitConverter.GetBytes(pings.Count);
                        pings.Add(Convert.ToHexStringLower(ping));
                        bytes.AddRange(Frame(Opcode.Ping, ping, mask: mask));
                    }

                    bytes.AddRange(Frame(i == 0 ? Opcode.Text : Opcode.Continuation, payload[begin..ends[i]], i == ends.Length - 1, mask + (uint)i));
                    begin = ends[i];
                }
            }

            return new(string.Concat(messages.Select(message => message.Text)), [.. pings], [.. bytes], pieces, takes);
        }
    }
}
