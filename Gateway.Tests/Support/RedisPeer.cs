using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RealtimeGateway.Tests.Support;

/// <summary>A connection to Redis that says any bytes, and hears them as they are.</summary>
internal sealed class RedisPeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private BufferedStream _stream = null!;

    public static async Task<RedisPeer> ConnectAsync(RedisServer redis)
    {
        var peer = new RedisPeer();
        await peer._socket.ConnectAsync(IPAddress.Loopback, redis.Port).InTime();
        peer._stream = new BufferedStream(new NetworkStream(peer._socket));
        return peer;
    }

    /// <summary>Publishes bytes in a channel of Redis.</summary>
    /// <returns>How many heard it.</returns>
    public async Task<long> PublishAsync(string channel, ReadOnlyMemory<byte> message)
    {
        await SayAsync("PUBLISH"u8.ToArray(), Encoding.UTF8.GetBytes(channel), message);
        return (long)(await HearAsync())!;
    }

    /// <summary>The channels that somebody has subscribed to.</summary>
    public async Task<IReadOnlyList<string>> ChannelsAsync()
    {
        await SayAsync("PUBSUB"u8.ToArray(), "CHANNELS"u8.ToArray());
        return [.. ((object?[])(await HearAsync())!).Select(name => Encoding.UTF8.GetString((byte[])name!))];
    }

    /// <summary>Hears from now on what is published anywhere.</summary>
    public async Task ListenAsync()
    {
        await SayAsync("PSUBSCRIBE"u8.ToArray(), "*"u8.ToArray());
        await HearAsync();
    }

    /// <summary>The next message that is published anywhere.</summary>
    public async Task<(string Channel, byte[] Message)> NextAsync() =>
        (object?[])(await HearAsync())! is [_, _, byte[] channel, byte[] message]
            ? (Encoding.UTF8.GetString(channel), message)
            : throw new InvalidOperationException("Redis sent no message.");

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async Task SayAsync(params ReadOnlyMemory<byte>[] words)
    {
        using var command = new MemoryStream();
        command.Write(Encoding.ASCII.GetBytes($"*{words.Length}\r\n"));
        foreach (var word in words)
        {
            command.Write(Encoding.ASCII.GetBytes($"${word.Length}\r\n"));
            command.Write(word.Span);
            command.Write("\r\n"u8);
        }

        await _socket.SendAsync(command.ToArray()).InTime();
    }

    private Task<object?> HearAsync() => ReadAsync().InTime();

    // One value of RESP: bytes, a number, or a list of values.
    private async Task<object?> ReadAsync()
    {
        var line = await ReadLineAsync();
        switch (line[0])
        {
            case '*':
                var list = new object?[int.Parse(line[1..], CultureInfo.InvariantCulture)];
                for (var i = 0; i < list.Length; i++)
                {
                    list[i] = await ReadAsync();
                }

                return list;
            case '$':
                var bytes = new byte[int.Parse(line[1..], CultureInfo.InvariantCulture)];
                await _stream.ReadExactlyAsync(bytes);
                await ReadLineAsync();
                return bytes;
            case ':':
                return long.Parse(line[1..], CultureInfo.InvariantCulture);
            default:
                throw new InvalidOperationException($"Redis answers {line}");
        }
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (line is not { Length: >= 2 } || line[^1] != '\n' || line[^2] != '\r')
        {
            await _stream.ReadExactlyAsync(one);
            line.Append((char)one[0]);
        }

        return line.ToString(0, line.Length - 2);
    }
}
