using System.Net.WebSockets;
using System.Text;

namespace RealtimeGateway.Bench.Nodes;

/// <summary>A client on a bare WebSocket: it knows messages of the hub by how they begin and parses none.</summary>
internal sealed class HubSocket : IAsyncDisposable
{
    private const byte End = 0x1e;

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<byte> _unfinished = [];

    private HubSocket()
    {
    }

    public static async Task<HubSocket> ConnectAsync(string gateway, CancellationToken cancellationToken)
    {
        var client = new HubSocket();
        await client._socket.ConnectAsync(new Uri(gateway.Replace("http://", "ws://", StringComparison.Ordinal) + "/realtime"), cancellationToken);
        await client.SendAsync("""{"protocol":"json","version":1}""", cancellationToken);
        await client.UntilAsync("{}"u8.ToArray(), cancellationToken);
        return client;
    }

    public async Task SubscribeAsync(string channel, CancellationToken cancellationToken)
    {
        await SendAsync($$"""{"type":1,"invocationId":"s","target":"Subscribe","arguments":["{{channel}}"]}""", cancellationToken);
        await UntilAsync("""{"type":3,"invocationId":"s","result":"""u8.ToArray(), cancellationToken);
    }

    public Task SendAsync(string message, CancellationToken cancellationToken) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(message + (char)End), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    /// <summary>Hands every message that comes to somebody, until the socket closes or this is cancelled.</summary>
    /// <param name="onMessage">Takes a message, without its end; it says whether to go on.</param>
    /// <param name="cancellationToken">Ends the socket.</param>
    public async Task ReceiveAsync(Func<ReadOnlySpan<byte>, bool> onMessage, CancellationToken cancellationToken)
    {
        while (await _socket.ReceiveAsync(_buffer.AsMemory(), cancellationToken) is { MessageType: not WebSocketMessageType.Close } received)
        {
            if (!Take(_buffer.AsSpan(0, received.Count), onMessage))
            {
                return;
            }
        }

        throw new InvalidOperationException("The gateway closed a connection: " + _socket.CloseStatusDescription);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task UntilAsync(byte[] beginning, CancellationToken cancellationToken) =>
        ReceiveAsync(message => !message.StartsWith(beginning), cancellationToken);

    private bool Take(ReadOnlySpan<byte> bytes, Func<ReadOnlySpan<byte>, bool> onMessage)
    {
        var goesOn = true;
        while (bytes.IndexOf(End) is >= 0 and var end)
        {
            if (_unfinished.Count == 0)
            {
                goesOn &= onMessage(bytes[..end]);
            }
            else
            {
                _unfinished.AddRange(bytes[..end]);
                goesOn &= onMessage(_unfinished.ToArray());
                _unfinished.Clear();
            }

            bytes = bytes[(end + 1)..];
        }

        _unfinished.AddRange(bytes);
        return goesOn;
    }
}
