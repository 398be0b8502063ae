using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RealtimeGateway.Tests.Support;

/// <summary>The JSON hub protocol by hand, for what no proper client would send and for what must be exact on the wire.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private const char RecordSeparator = '\u001e';

    private readonly ClientWebSocket _socket = new();
    private readonly Queue<JsonNode> _messages = new();
    private readonly StringBuilder _partial = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    public static async Task<RawClient> ConnectAsync(string hubUrl, string? token)
    {
        var client = await OpenAsync(hubUrl, token);
        await client.BeginAsync();

        // Its first call: tests of limits count it.
        await client.InvokeAsync("Unsubscribe", """["nothing:here"]""");
        return client;
    }

    /// <summary>A client that was let in and has not said yet what it speaks.</summary>
    public static async Task<RawClient> OpenAsync(string hubUrl, string? token = null)
    {
        var client = new RawClient();
        if (token is not null)
        {
            client._socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        }

        await client._socket.ConnectAsync(new Uri(hubUrl.Replace("http", "ws", StringComparison.Ordinal)), CancellationToken.None).InTime();
        return client;
    }

    /// <summary>Shakes hands.</summary>
    public async Task BeginAsync()
    {
        await SendAsync("""{"protocol":"json","version":1}""");
        await NextAsync();
    }

    /// <summary>Sends a message as it is written, with its separator.</summary>
    public Task SendAsync(string message) => SendAsync(Encoding.UTF8.GetBytes(message + RecordSeparator), WebSocketMessageType.Text);

    /// <summary>Sends bytes in a frame whose text nobody checks on the way.</summary>
    public Task SendBinaryAsync(byte[] bytes) => SendAsync(bytes, WebSocketMessageType.Binary);

    /// <summary>Calls a method with arguments as they are written, and returns its completion.</summary>
    public async Task<JsonNode> InvokeAsync(string method, string arguments)
    {
        await SendAsync($$"""{"type":1,"invocationId":"42","target":{{JsonSerializer.Serialize(method)}},"arguments":{{arguments}}}""");
        return await NextOfTypeAsync(3);
    }

    /// <summary>The next message that is of this type; others are passed over.</summary>
    public Task<JsonNode> NextOfTypeAsync(int type) => FindOfTypeAsync(type).InTime(); // Pings alone would come without end.

    /// <summary>The next message.</summary>
    /// <param name="patience">How long nothing at all may come; null for as long as anything in a test.</param>
    public async Task<JsonNode> NextAsync(TimeSpan? patience = null)
    {
        while (_messages.Count == 0)
        {
            await ReceiveAsync(patience ?? Bounds.Timeout);
        }

        return _messages.Dequeue();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<JsonNode> FindOfTypeAsync(int type)
    {
        while (true)
        {
            var message = await NextAsync();
            if (message["type"]?.GetValue<int>() == type)
            {
                return message;
            }
        }
    }

    private Task SendAsync(byte[] bytes, WebSocketMessageType type) =>
        _socket.SendAsync(bytes, type, endOfMessage: true, CancellationToken.None).InTime();

    private async Task ReceiveAsync(TimeSpan patience)
    {
        var read = await _socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None).AsTask().WaitAsync(patience);
        if (read.MessageType == WebSocketMessageType.Close)
        {
            throw new InvalidOperationException($"The gateway closed the connection: {_socket.CloseStatus}.");
        }

        _partial.Append(Encoding.UTF8.GetString(_buffer, 0, read.Count));
        var parts = _partial.ToString().Split(RecordSeparator);
        foreach (var message in parts[..^1])
        {
            _messages.Enqueue(JsonNode.Parse(message)!);
        }

        _partial.Clear().Append(parts[^1]);
    }
}
