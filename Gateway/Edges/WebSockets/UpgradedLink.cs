using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>
/// Where the bytes of an upgraded connection come from, by the server's stream, and where they go: on Linux straight to its socket, or
/// through that stream where something stands between the two (TLS, a connection middleware of the host) or the server shows no socket.
/// </summary>
internal sealed class UpgradedLink
{
    // The transport's own; whatever stands before it brings a writer of another kind.
    private static readonly Type PlainWriter = new Pipe().Writer.GetType();

    private readonly Stream _stream;
    private readonly Socket? _socket;
    private readonly SafeSocketHandle? _handle;
    private Way _way;

    /// <summary>The connection of a request that was upgraded.</summary>
    /// <param name="stream">The server's stream.</param>
    /// <param name="context">The request.</param>
    public UpgradedLink(Stream stream, HttpContext context)
    {
        _stream = stream;
        var isPlain = context.Features.Get<IConnectionTransportFeature>()?.Transport.Output.GetType() == PlainWriter;
        _socket = isPlain && OperatingSystem.IsLinux() ? context.Features.Get<IConnectionSocketFeature>()?.Socket : null;
        _handle = _socket?.SafeHandle;
    }

    private enum Way
    {
        Undecided,
        Socket,
        Stream,
    }

    /// <summary>
    /// Whether the client has sent something: only then it surely has the server's answer to the upgrade (RFC 6455, section 4.1),
    /// which the server sends by the stream and which nothing may overtake.
    /// </summary>
    public bool HasPeerSpoken { get; set; }

    /// <summary>Reads what the client sends; with an empty buffer, waits until it has sent something.</summary>
    /// <returns>How many bytes; 0 at the end, and where nothing was asked for.</returns>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _stream.ReadAsync(buffer, cancellationToken);

    /// <summary>Sends as much as can be sent without waiting.</summary>
    /// <returns>How much that was; 0 too where it failed, of which <see cref="SendAsync"/> tells more.</returns>
    public int SendNow(ReadOnlySpan<byte> bytes) => IsDirect() ? LinuxSocket.Send(_handle!, bytes) : 0;

    /// <summary>Sends all of it.</summary>
    /// <exception cref="SocketException">The connection is gone; by the stream, an <see cref="IOException"/>.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!IsDirect())
        {
            await _stream.WriteAsync(bytes, cancellationToken);
            return;
        }

        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket!.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
        }
    }

    // Decided once for all: what goes one way could overtake what went the other.
    private bool IsDirect()
    {
        if (_way == Way.Undecided)
        {
            _way = _socket is not null && HasPeerSpoken ? Way.Socket : Way.Stream;
        }

        return _way == Way.Socket;
    }
}
