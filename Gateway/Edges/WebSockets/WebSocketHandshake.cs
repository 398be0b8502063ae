using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Net.Http.Headers;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>The opening handshake of a WebSocket (RFC 6455, section 4.2), without subprotocols and extensions.</summary>
internal static class WebSocketHandshake
{
    private const string Version = "13";
    private const int KeyBytes = 16;

    // Section 1.3.
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static readonly string[] ForHandshakeOnly =
        [HeaderNames.Authorization, Credentials.ApiKeyHeader, HeaderNames.Upgrade, HeaderNames.SecWebSocketKey, HeaderNames.SecWebSocketVersion, HeaderNames.SecWebSocketExtensions];

    /// <summary>
    /// Whether the request asks for a WebSocket, in order and on a server that can hand its connection over: proxies ask for an upgrade
    /// with other requests too, and over HTTP/2 there is no such thing.
    /// </summary>
    public static bool IsAskedFor(HttpContext context)
    {
        var headers = context.Request.Headers;
        return HttpMethods.IsGet(context.Request.Method)
            && headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
            && headers.SecWebSocketVersion == Version
            && IsKey(headers.SecWebSocketKey)
            && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true };
    }

    /// <summary>Answers the request. What is returned is the connection, from the first frame on.</summary>
    /// <remarks>
    /// The headers that are for the handshake only are forgotten, credentials among them: they would be kept with the connection. What
    /// is in the query stays with it.
    /// </remarks>
    public static async Task<Stream> AcceptAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Connection = HeaderNames.Upgrade;
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = AcceptOf(context.Request.Headers.SecWebSocketKey.ToString());
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        context.Features.Get<IHttpActivityFeature>()?.Activity.AddTag("http.long_running", "true");
        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        foreach (var name in ForHandshakeOnly)
        {
            context.Request.Headers.Remove(name);
        }

        return stream;
    }

    private static bool IsKey(string? key)
    {
        Span<byte> bytes = stackalloc byte[Base64.GetMaxDecodedFromUtf8Length(24)];
        return key is { Length: 24 } && Convert.TryFromBase64String(key, bytes, out var written) && written == KeyBytes;
    }

    [SuppressMessage("Security", "CA5350", Justification = "The protocol's: it only shows that a WebSocket was meant.")]
    private static string AcceptOf(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
}
