using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.WebSockets;

/// <summary>Under TLS nothing goes past it to the socket.</summary>
[TestFixture]
public sealed class TlsTests
{
    [Test]
    public async Task ClientBehindTls_HearsWhatItPublishes()
    {
        using var certificate = NewCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:Auth:Jwt:Secret"] = TestTokens.Secret,
            ["Gateway:Channels:0:Pattern"] = "live:*",
            ["Gateway:Channels:0:Read:0"] = "any",
            ["Gateway:Channels:0:Write:0"] = "any",
        });
        builder.Services.AddRealtimeGateway();
        await using var app = builder.Build();
        app.MapRealtimeGateway();
        await app.StartAsync();

        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString();
        await socket.ConnectAsync(new Uri(app.Urls.Single().Replace("https", "wss", StringComparison.Ordinal) + "/realtime"), CancellationToken.None).InTime();
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        await SendAsync(socket, """{"type":1,"invocationId":"1","target":"Subscribe","arguments":["live:room"]}""");
        await SendAsync(socket, """{"type":1,"target":"Send","arguments":["live:room","message","hello"]}""");
        var read = new StringBuilder();
        var buffer = new byte[4096];
        while (!read.ToString().Contains("\"data\":\"hello\"", StringComparison.Ordinal))
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask().InTime();
            read.Append(Encoding.UTF8.GetString(buffer, 0, received.Count));
        }
    }

    private static Task SendAsync(ClientWebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message + '\u001e'), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).InTime();

    private static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
