using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RealtimeGateway.Edges.WebSockets;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.WebSockets;

/// <summary>On a server without a socket; <see cref="FramesTests"/> has real ones.</summary>
[TestFixture]
public sealed class FrameWriterTests
{
    private static readonly byte[] Pong = [0x8a, 0x01, 0x07];
    private static readonly byte[] LaterPong = [0x8a, 0x01, 0x08];
    private static readonly byte[] Close = [0x88, 0x02, 0x03, 0xe8];

    private MemoryStream _sent = null!;
    private Upgrade _upgrade = null!;
    private Format _format = null!;
    private FrameWriter _writer = null!;

    [SetUp]
    public async Task UpgradeAsync()
    {
        _sent = new MemoryStream();
        _upgrade = new Upgrade(new DefaultHttpContext(), new Server(_sent));
        _format = new Format();
        _writer = new FrameWriter(_upgrade, _format);
        await _upgrade.UpgradeAsync();
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
        _writer.PutControl(Pong);
        _writer.PutControl(LaterPong);
        _writer.Write(new byte[] { 1 });
        await _writer.FlushAsync();
        Assert.That(_sent.ToArray(), Is.EqualTo((byte[])[0x81, 1, 1, .. LaterPong]));
    }

    [Test]
    public async Task AfterACloseFrame_NothingIsSent_AndNoPongTakesItsPlace()
    {
        _writer.PutControl(Close);
        _writer.PutControl(Pong);
        Assert.That((await _writer.FlushAsync()).IsCompleted, Is.True);
        _writer.Write(new byte[] { 1 });
        Assert.That((await _writer.FlushAsync()).IsCompleted, Is.True);
        Assert.That(_sent.ToArray(), Is.EqualTo(Close));
    }

    [Test]
    public async Task FlushBeforeTheUpgrade_WaitsForIt_OrForItsFailure([Values] bool isUpgraded)
    {
        var upgrade = new Upgrade(new DefaultHttpContext(), new Server(_sent));
        var writer = new FrameWriter(upgrade, _format);
        writer.Write(new byte[] { 1 });
        var flush = writer.FlushAsync().AsTask();
        Assert.That(flush.IsCompleted, Is.False);

        if (isUpgraded)
        {
            await upgrade.UpgradeAsync();
        }
        else
        {
            upgrade.GiveUp();
        }

        Assert.That((await flush.InTime()).IsCompleted, Is.Not.EqualTo(isUpgraded));
        Assert.That(_sent.Length, Is.EqualTo(isUpgraded ? 3 : 0));
    }

    private sealed class Format : ITransferFormatFeature
    {
        public TransferFormat SupportedFormats => TransferFormat.Text | TransferFormat.Binary;

        public TransferFormat ActiveFormat { get; set; } = TransferFormat.Text;
    }

    private sealed class Server(Stream stream) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => true;

        public Task<Stream> UpgradeAsync() => Task.FromResult(stream);
    }
}
