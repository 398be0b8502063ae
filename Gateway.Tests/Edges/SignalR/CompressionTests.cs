using System.Net;
using System.Net.Sockets;
using System.Text;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>
/// No compression, whoever offers it: messages that go to many are encoded once, and a secret compressed beside what an attacker
/// writes can be read off the length.
/// </summary>
[TestFixture]
public sealed class CompressionTests
{
    [Test]
    public async Task PermessageDeflate_IsNotNegotiated()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var peer = new TcpClient();
        await peer.ConnectAsync(IPAddress.Loopback, gateway.Url.Port).InTime();
        var request = $"""
            GET /realtime HTTP/1.1
            Host: localhost
            Connection: Upgrade
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits


            """;
        await peer.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request.ReplaceLineEndings("\r\n"))).AsTask().InTime();
        using var reader = new StreamReader(peer.GetStream(), Encoding.ASCII);
        var head = new List<string>();
        while (await reader.ReadLineAsync().InTime() is { Length: > 0 } line)
        {
            head.Add(line);
        }

        Assert.Multiple(() =>
        {
            Assert.That(head[0], Does.Contain("101"));
            Assert.That(head, Has.None.StartsWith("Sec-WebSocket-Extensions").IgnoreCase);
        });
    }
}
