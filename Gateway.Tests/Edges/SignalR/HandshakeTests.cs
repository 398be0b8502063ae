using System.Net.WebSockets;
using System.Text;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>A connection that does not begin properly is ended, and bounded until then.</summary>
[TestFixture]
public sealed class HandshakeTests
{
    private TestGateway _gateway = null!;
    private ClientWebSocket _socket = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        _gateway = await TestGateway.StartAsync([("Limits:HandshakeTimeout", "00:00:01")]);
        _socket = new ClientWebSocket();
        await _socket.ConnectAsync(new Uri(_gateway.HubUrl.Replace("http", "ws", StringComparison.Ordinal)), CancellationToken.None).InTime();
    }

    [TearDown]
    public async Task StopAsync()
    {
        _socket.Dispose();
        await _gateway.DisposeAsync();
    }

    // SignalR by itself would wait for 15 s.
    [Test]
    public async Task Silence_IsEnded_WithinItsBound() => await AssertEndsAsync().WaitAsync(TimeSpan.FromSeconds(10));

    [Test]
    public async Task EndlessHandshake_IsEnded()
    {
        var piece = Encoding.UTF8.GetBytes(new string('x', 100_000));
        try
        {
            for (var i = 0; i < 20; i++)
            {
                await _socket.SendAsync(piece, WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None).InTime();
            }
        }
        catch (WebSocketException)
        {
            // It has ended before all of that was sent.
            return;
        }

        await AssertEndsAsync();
    }

    [Test]
    [RealTime(bearableSeconds: 0.3)]
    public async Task UnknownProtocol_IsRefused_WithTheReason()
    {
        await _socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"smoke\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, CancellationToken.None);
        var buffer = new byte[1_000];
        var read = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask().InTime();
        Assert.That(Encoding.UTF8.GetString(buffer, 0, read.Count), Is.EqualTo("{\"error\":\"The protocol 'smoke' is not supported.\"}\u001e"));
    }

    // A close frame or a cut: either is an end.
    private async Task AssertEndsAsync()
    {
        var buffer = new byte[1_000];
        try
        {
            while ((await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask().InTime()).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            Assert.That(_socket.State, Is.EqualTo(WebSocketState.Aborted));
        }
    }
}
