using System.Buffers.Text;
using System.Net.WebSockets;
using System.Text;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>
/// A reader of one channel that can stop reading. It costs little, so that two hundred of them do not slow each other down: it
/// only looks for the offset of each event and for the timestamp <c>at</c> in its data.
/// </summary>
internal sealed class SlowReader : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Task _reading = Task.CompletedTask;
    private volatile bool _hasStopped;

    public Delays Delays { get; } = new();

    /// <summary>The last offset that it read.</summary>
    public long LastOffset { get; private set; }

    public static async Task<SlowReader> SubscribeAsync(string hubUrl, string channel)
    {
        var reader = new SlowReader();
        await reader._socket.ConnectAsync(new Uri(hubUrl.Replace("http", "ws", StringComparison.Ordinal)), CancellationToken.None).InTime();
        await reader.SendAsync("""{"protocol":"json","version":1}""");
        await reader.SendAsync($$"""{"type":1,"invocationId":"1","target":"Subscribe","arguments":["{{channel}}"]}""");
        while (!Encoding.UTF8.GetString(reader._buffer, 0, await reader.ReceiveAsync()).Contains("\"result\"", StringComparison.Ordinal))
        {
        }

        reader._reading = reader.ReadAsync();
        return reader;
    }

    /// <summary>Reads what comes next and then no more, and leaves its connection open. The task ends when it does not read.</summary>
    public Task StopReadingAsync()
    {
        _hasStopped = true;
        return _reading.InTime();
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReadAsync()
    {
        while (!_hasStopped)
        {
            var read = await ReceiveAsync();
            Take(_buffer.AsSpan(0, read), TimeProvider.System.GetTimestamp());
        }
    }

    // A number that is cut in two by the end of a read is passed over: the next event has another.
    private void Take(ReadOnlySpan<byte> text, long now)
    {
        while (text.IndexOf("\"at\":"u8) is var found and >= 0)
        {
            text = text[(found + 5)..];
            if (Utf8Parser.TryParse(text, out long at, out var length) && length < text.Length)
            {
                Delays.Add(at, now);
            }

            if (text.IndexOf("\"offset\":"u8) is var next and >= 0 && Utf8Parser.TryParse(text[(next + 9)..], out long offset, out length) && next + 9 + length < text.Length)
            {
                LastOffset = offset;
            }
        }
    }

    private async Task<int> ReceiveAsync() => (await _socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None)).Count;

    private Task SendAsync(string message) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(message + '\u001e'), WebSocketMessageType.Text, true, CancellationToken.None).InTime();
}
