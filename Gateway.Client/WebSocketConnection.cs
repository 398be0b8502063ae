using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace RealtimeGateway.Client;

/// <summary>A WebSocket as a pair of pipes, which is what <c>HubConnection</c> speaks through.</summary>
internal sealed class WebSocketConnection : ConnectionContext, IDuplexPipe
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly WebSocket _socket;
    private readonly WebSocketMessageType _frames;
    private readonly Pipe _received = new();
    private readonly Pipe _toSend = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _socketTimeout = new();
    private readonly Task _running;

    public WebSocketConnection(WebSocket socket, EndPoint remote, WebSocketMessageType frames)
    {
        _socket = socket;
        _frames = frames;
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
        await _toSend.Writer.CompleteAsync();
        _socketTimeout.CancelAfter(CloseTimeout);
        await _running;
        await _received.Reader.CompleteAsync();
        _socket.Dispose();
        _socketTimeout.Dispose();
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private async Task ReceiveAsync()
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(_received.Writer.GetMemory(), _socketTimeout.Token);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                _received.Writer.Advance(read.Count);
                if ((await _received.Writer.FlushAsync(_socketTimeout.Token)).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            failure = exception;
        }

        await _received.Writer.CompleteAsync(failure);
        _toSend.Reader.CancelPendingRead();
        await _closed.CancelAsync();
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                var result = await _toSend.Reader.ReadAsync();
                foreach (var segment in result.Buffer)
                {
                    await _socket.SendAsync(segment, _frames, endOfMessage: false, _socketTimeout.Token);
                }

                if (!result.Buffer.IsEmpty)
                {
                    await _socket.SendAsync(ReadOnlyMemory<byte>.Empty, _frames, endOfMessage: true, _socketTimeout.Token);
                }

                _toSend.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                {
                    break;
                }
            }

            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _socketTimeout.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The receiving side sees the same end and tells it to the hub connection.
            _socket.Abort();
        }

        await _toSend.Reader.CompleteAsync();
    }
}
