using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeGateway.MessagePack;
using RealtimeGateway.Tests.MessagePack;

namespace RealtimeGateway.Tests.Support;

/// <summary>The MessagePack hub protocol by hand, for what no proper client would send and for what must be exact on the wire.</summary>
internal sealed class RawMessagePackClient : IAsyncDisposable
{
    /// <summary>What such a client says first.</summary>
    public static readonly byte[] Handshake = Encoding.UTF8.GetBytes("{\"protocol\":\"messagepack\",\"version\":1}\u001e");

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private byte[] _received = [];

    public static async Task<RawMessagePackClient> ConnectAsync(string hubUrl)
    {
        var client = await OpenAsync(hubUrl);
        await client.SendAsync(Handshake);
        await client.ReadHandshakeAsync();
        await client.InvokeAsync("Unsubscribe", """["nothing:here"]"""); // The session has begun when it is answered.
        return client;
    }

    /// <summary>A client that was let in and has not said yet what it speaks.</summary>
    public static async Task<RawMessagePackClient> OpenAsync(string hubUrl)
    {
        var client = new RawMessagePackClient();
        await client._socket.ConnectAsync(new Uri(hubUrl.Replace("http", "ws", StringComparison.Ordinal)), CancellationToken.None).InTime();
        return client;
    }

    /// <summary>Reads the answer of the handshake, which is JSON.</summary>
    public async Task ReadHandshakeAsync()
    {
        while (!_received.Contains((byte)0x1E))
        {
            await ReceiveAsync();
        }

        var end = Array.IndexOf(_received, (byte)0x1E) + 1;
        Assert.That(Encoding.UTF8.GetString(_received, 0, end), Is.EqualTo("{}\u001e"));
        _received = _received[end..];
    }

    /// <summary>Sends bytes as they are.</summary>
    public Task SendAsync(byte[] bytes) => _socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None).InTime();

    /// <summary>Sends them if anybody takes them still.</summary>
    public async Task TrySendAsync(byte[] bytes)
    {
        try
        {
            await SendAsync(bytes);
        }
        catch (WebSocketException)
        {
            // It was ended.
        }
    }

    /// <summary>Calls a method with arguments that are written as JSON, and returns the completion's items.</summary>
    public Task<JsonArray> InvokeAsync(string method, string arguments) =>
        InvokeAsync(Packed.Message($"""[1,{"{}"},"42",{JsonSerializer.Serialize(method)},{arguments},[]]"""));

    /// <summary>Sends a call that is framed, and returns the items of the completion.</summary>
    public async Task<JsonArray> InvokeAsync(byte[] call)
    {
        await SendAsync(call);
        return await NextOfTypeAsync(3) ?? throw new InvalidOperationException("The gateway closed the connection.");
    }

    /// <summary>The items of the next message of this type, others are passed over; null when the connection ended before it.</summary>
    public Task<JsonArray?> NextOfTypeAsync(params int[] types) => FindOfTypeAsync(types).InTime();

    /// <summary>Says that nothing more comes, and returns all that is said to it until the end of the connection.</summary>
    public async Task<IReadOnlyList<JsonArray>> EndAsync()
    {
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).InTime();
        }
        catch (WebSocketException)
        {
            // It was ended.
        }

        var said = new List<JsonArray>();
        while (await NextAsync().InTime() is { } message)
        {
            said.Add(message);
        }

        return said;
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<JsonArray?> FindOfTypeAsync(int[] types)
    {
        while (await NextAsync() is { } message)
        {
            if (types.Contains(message[0]!.GetValue<int>()))
            {
                return message;
            }
        }

        return null;
    }

    private async Task<JsonArray?> NextAsync()
    {
        while (true)
        {
            var bytes = new ReadOnlySequence<byte>(_received);
            if (LengthPrefix.TryRead(bytes, out var prefix) && prefix.Length is { } length && _received.Length >= prefix.Bytes + length)
            {
                var message = Packed.ToJson(_received.AsSpan(prefix.Bytes, length));
                _received = _received[(prefix.Bytes + length)..];
                return JsonNode.Parse(message)!.AsArray();
            }

            if (!await ReceiveAsync())
            {
                return null;
            }
        }
    }

    private async Task<bool> ReceiveAsync()
    {
        try
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None).AsTask().InTime();
            _received = [.. _received, .. _buffer[..read.Count]];
            return read.MessageType != WebSocketMessageType.Close;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }
}
