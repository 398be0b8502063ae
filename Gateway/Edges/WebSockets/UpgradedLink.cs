using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>
/// Where the bytes of an upgraded connection come from and go to: from the server's own pipe, and on Linux straight to its socket, or both
/// through the server's stream where something stands in between (TLS, a connection middleware of the host) or the server shows neither.
/// </summary>
internal sealed class UpgradedLink
{
    // The transport's own; what stands before it mostly brings a writer of another kind, as a stream does.
    private static readonly Type PlainWriter = new Pipe().Writer.GetType();

    // While nothing comes no buffer is held.
    private static readonly StreamPipeReaderOptions Waiting = new(useZeroByteReads: true);

    private readonly Stream _stream;
    private readonly Socket? _socket;
    private Way _way;

    /// <summary>The connection of a request that was upgraded.</summary>
    /// <param name="stream">The server's stream.</param>
    /// <param name="context">The request.</param>
    public UpgradedLink(Stream stream, HttpContext context)
    {
        _stream = stream;
        var transport = context.Features.Get<IConnectionTransportFeature>()?.Transport;
        var isPlain = transport?.Output.GetType() == PlainWriter;
        Input = isPlain ? transport!.Input : PipeReader.Create(stream, Waiting);
        _socket = isPlain && OperatingSystem.IsLinux() ? context.Features.Get<IConnectionSocketFeature>()?.Socket : null;
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

    /// <summary>What the client sends. A read of it may be cancelled by the server too, for reasons of its own.</summary>
    public PipeReader Input { get; }

    /// <summary>Where whatever is sent goes straight to, from now on; null where it goes by the server's stream.</summary>
    public SafeSocketHandle? DirectSocket => IsDirect() ? _socket!.SafeHandle : null;

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
