using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace RealtimeGateway.Client.Transport;

/// <summary>A WebSocket as a pair of pipes, which is what <c>HubConnection</c> speaks through.</summary>
internal sealed class WebSocketConnection : ConnectionContext, IDuplexPipe
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly WebSocket _socket;
    private readonly WebSocketMessageType _messageType;
    private readonly Pipe _received = new();
    private readonly Pipe _toSend = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _socketTimeout = new();
    private readonly Task _running;

    public WebSocketConnection(WebSocket socket, EndPoint remote, TransferFormat format)
    {
        _socket = socket;
        _messageType = format == TransferFormat.Binary ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
        RemoteEndPoint = remote;
        Transport = this;
        ConnectionClosed = _closed.Token;
        _running = Task.WhenAll(ReceiveAsync(), SendAsync());
    }

    public override string ConnectionId { get; set; } = string.Empty;

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public PipeReader Input => _received.Reader;

    public PipeWriter Output => _toSend.Writer;

    public override void Abort(ConnectionAbortedException abortReason) => _socket.Abort();

    public override async ValueTask DisposeAsync()
    {
        await _toSend.Writer.CompleteAsync().ConfigureAwait(false);
        _socketTimeout.CancelAfter(CloseTimeout);
        await _running.ConfigureAwait(false);
        await _received.Reader.CompleteAsync().ConfigureAwait(false);
        _socket.Dispose();
        _socketTimeout.Dispose();
        _closed.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(_received.Writer.GetMemory(), _socketTimeout.Token).ConfigureAwait(false);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                _received.Writer.Advance(read.Count);
                if ((await _received.Writer.FlushAsync(_socketTimeout.Token).ConfigureAwait(false)).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            failure = exception;
        }

        await _received.Writer.CompleteAsync(failure).ConfigureAwait(false);
        _toSend.Reader.CancelPendingRead();
        await _closed.CancelAsync().ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                var result = await _toSend.Reader.ReadAsync().ConfigureAwait(false);
                foreach (var segment in result.Buffer)
                {
                    await _socket.SendAsync(segment, _messageType, endOfMessage: false, _socketTimeout.Token).ConfigureAwait(false);
                }

                if (!result.Buffer.IsEmpty)
                {
                    await _socket.SendAsync(ReadOnlyMemory<byte>.Empty, _messageType, endOfMessage: true, _socketTimeout.Token).ConfigureAwait(false);
                }

                _toSend.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                {
                    break;
                }
            }

            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _socketTimeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The receiving side sees the same end and tells it to the hub connection.
            _socket.Abort();
        }

        await _toSend.Reader.CompleteAsync().ConfigureAwait(false);
    }
}
