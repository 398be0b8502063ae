using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using RealtimeGateway.Edges.WebSockets;

namespace RealtimeGateway.Tests.Edges.WebSockets;

/// <summary>On a server without a socket; <see cref="FramesTests"/> has real ones.</summary>
[TestFixture]
public sealed class FrameWriterTests
{
    private static readonly byte[] LaterPong = [0x8a, 0x01, 0x08];
    private static readonly byte[] Close = [0x88, 0x02, 0x03, 0xe8];

    private MemoryStream _sent = null!;
    private Format _format = null!;
    private FrameWriter _writer = null!;

    [SetUp]
    public void Create()
    {
        _sent = new MemoryStream();
        _format = new Format();
        _writer = new FrameWriter(new UpgradedLink(_sent, new DefaultHttpContext()), _format);
    }

    [TearDown]
    public void Dispose() => _sent.Dispose();

    [Test]
    public async Task WhatWasWritten_IsOneFrame([Values] bool isBinary)
    {
        _format.ActiveFormat = isBinary ? TransferFormat.Binary : TransferFormat.Text;
        _writer.Write(new byte[] { 1, 2 });
        _writer.Write(new byte[] { 3 });
        var flushed = await _writer.FlushAsync();
        Assert.Multiple(() =>
        {
            Assert.That(flushed.IsCompleted, Is.False);
            Assert.That(_sent.ToArray(), Is.EqualTo(new byte[] { (byte)(isBinary ? 0x82 : 0x81), 3, 1, 2, 3 }));
        });
    }

    [Test]
    public async Task LargeMessages_AreWhole([Values(4_085, 4_086, 4_087, 70_000)] int bytes)
    {
        var message = new byte[bytes];
        Random.Shared.NextBytes(message);
        _writer.Write(message.AsSpan(0, 10));
        _writer.Write(message.AsSpan(10));
        await _writer.FlushAsync();
        Assert.That(_sent.ToArray()[^bytes..], Is.EqualTo(message));
    }

    [Test]
    public async Task NothingWritten_SendsNothing_AndEndsNothing()
    {
        Assert.That((await _writer.FlushAsync()).IsCompleted, Is.False);
        Assert.That(_sent.Length, Is.Zero);
    }

    [Test]
    public async Task Pongs_GoBehindTheMessage_AndOnlyTheLast()
    {
        _writer.PutControl(Opcode.Pong, [7]);
        _writer.PutControl(Opcode.Pong, [8]);
        _writer.Write(new byte[] { 1 });
        await _writer.FlushAsync();
        Assert.That(_sent.ToArray(), Is.EqualTo((byte[])[0x81, 1, 1, .. LaterPong]));
    }

    [Test]
    public async Task AfterACloseFrame_NothingIsSent_AndNoPongTakesItsPlace()
    {
        _writer.PutControl(Opcode.Close, [3, 232]);
        _writer.PutControl(Opcode.Pong, [7]);
        Assert.That((await _writer.FlushAsync()).IsCompleted, Is.True);
        _writer.Write(new byte[] { 1 });
        Assert.That((await _writer.FlushAsync()).IsCompleted, Is.True);
        Assert.That(_sent.ToArray(), Is.EqualTo(Close));
    }

    private sealed class Format : ITransferFormatFeature
    {
        public TransferFormat SupportedFormats => TransferFormat.Text | TransferFormat.Binary;

        public TransferFormat ActiveFormat { get; set; } = TransferFormat.Text;
    }
}
