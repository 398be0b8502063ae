using Microsoft.AspNetCore.Http.Features;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>
/// A request that may become a WebSocket, and what is written to it then: the WebSocket on it has a stream that lets the gateway write
/// its own frames.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="server">The server's part.</param>
internal sealed class Upgrade(HttpContext context, IHttpUpgradeFeature server) : IHttpUpgradeFeature
{
    private readonly TaskCompletionSource<UpgradedLink?> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private UpgradedLink? _link;

    public bool IsUpgradableRequest => server.IsUpgradableRequest;

    /// <summary>The connection, once it is upgraded.</summary>
    public UpgradedLink? Link => Volatile.Read(ref _link);

    /// <summary>Completes with the connection, or with null where it was never upgraded.</summary>
    public Task<UpgradedLink?> WhenDecided => _decided.Task;

    /// <summary>Takes a control frame, to send it among the gateway's own; false where these have ended, or not begun.</summary>
    public Func<ReadOnlyMemory<byte>, bool>? TakeControl { get; set; }

    public async Task<Stream> UpgradeAsync()
    {
        var stream = await server.UpgradeAsync();
        var link = new UpgradedLink(stream, context);
        Volatile.Write(ref _link, link);
        _decided.TrySetResult(link);
        return new UpgradedStream(stream, link, this);
    }

    /// <summary>The request ends: whoever waits for the connection waits no more.</summary>
    public void GiveUp() => _decided.TrySetResult(null);
}
