using System.Buffers;
using System.Text;
using RealtimeGateway.Edges.WebSockets;

namespace RealtimeGateway.Tests.Edges.WebSockets;

/// <summary>What an idle client keeps: nothing, or little. What is decoded with it is in <see cref="FrameReaderTests"/>.</summary>
[TestFixture]
public sealed class FrameBufferTests
{
    private FrameBuffer _buffer;

    [SetUp]
    public void Begin() => _buffer = default;

    [TearDown]
    public void End() => _buffer.Clear();

    [Test]
    public void Payloads_AreTakenInTheirOrder_AndThenNothingIsHeld()
    {
        Append("[head]one[head]two");
        Decode(6, 3);
        Decode(6, 3);
        Assert.That((Text(_buffer.Payloads), _buffer.HasUnexamined), Is.EqualTo(("onetwo", true)));

        _buffer.Take(_buffer.Payloads.GetPosition(2), _buffer.Payloads.End);
        Assert.That((Text(_buffer.Payloads), _buffer.HasUnexamined, _buffer.Capacity > 0), Is.EqualTo(("etwo", false, true)));

        _buffer.Take(_buffer.Payloads.End, _buffer.Payloads.End);
        Assert.That((Text(_buffer.Payloads), _buffer.Capacity), Is.EqualTo((string.Empty, 0)));
    }

    [Test]
    public void BeginningOfAFrame_BehindALargeMessage_KeepsNoLargeBuffer()
    {
        Append(new string('x', 60_000) + "half a fra");
        _buffer.KeepPayload(60_000);
        _buffer.Shrink();
        Assert.That(_buffer.Capacity, Is.GreaterThanOrEqualTo(60_000), "it was not taken yet");

        _buffer.Take(_buffer.Payloads.End, _buffer.Payloads.End);
        Assert.That(_buffer.Capacity, Is.InRange(1, 1024));
        Assert.That(Encoding.ASCII.GetString(_buffer.Undecoded), Is.EqualTo("half a fra"));

        Append("me");
        Decode(0, 12);
        Assert.That(Text(_buffer.Payloads), Is.EqualTo("half a frame"));
    }

    [Test]
    public void WhatWasExamined_StaysSo_WhenMoreIsAppended([Values(1, 1_000, 5_000)] int more)
    {
        Append(new string('a', 500) + new string('b', 500));
        _buffer.KeepPayload(1_000);
        _buffer.Take(_buffer.Payloads.GetPosition(500), _buffer.Payloads.End);
        Append(new string('c', more));
        Assert.That(_buffer.HasUnexamined, Is.False, "it is not decoded");

        _buffer.KeepPayload(more);
        Assert.That((Text(_buffer.Payloads), _buffer.HasUnexamined), Is.EqualTo((new string('b', 500) + new string('c', more), true)));
    }

    private void Append(string bytes) => _buffer.Append(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(bytes)));

    private void Decode(int header, int payload)
    {
        _buffer.Skip(header);
        _buffer.KeepPayload(payload);
    }

    private static string Text(ReadOnlySequence<byte> bytes) => Encoding.ASCII.GetString(bytes);
}
