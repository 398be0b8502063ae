using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace RealtimeGateway.Tests.Support;

/// <summary>A TCP connection that says what it is told to say, and nothing else. It reads until its end.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Stopwatch _age = new();

    /// <summary>Completes when the other side has ended the connection, with how long it lasted.</summary>
    public Task<TimeSpan> Ended { get; private set; } = null!;

    public static async Task<RawPeer> ConnectAsync(string url)
    {
        var peer = new RawPeer();
        await peer._socket.ConnectAsync(System.Net.IPAddress.Loopback, new Uri(url).Port).InTime();
        peer._age.Start();
        peer.Ended = peer.ReadAsync();
        return peer;
    }

    public Task SayAsync(string text) => SayAsync(Encoding.ASCII.GetBytes(text), CancellationToken.None).InTime();

    /// <summary>Says it if anybody listens still.</summary>
    public async Task TrySayAsync(string text)
    {
        try
        {
            await SayAsync(text);
        }
        catch (SocketException)
        {
            // Nobody does.
        }
    }

    public async Task SayAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    /// <summary>Sends zeros for so long, or until so many are taken; returns how many were.</summary>
    public async Task<long> FloodAsync(TimeSpan duration, long mostBytes)
    {
        using var over = new CancellationTokenSource(duration);
        var zeros = new byte[32 * 1024];
        var sent = 0L;
        try
        {
            while (sent < mostBytes)
            {
                await SayAsync(zeros, over.Token);
                sent += zeros.Length;
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // It was closed, or nobody takes any more.
        }

        return sent;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<TimeSpan> ReadAsync()
    {
        var buffer = new byte[256];
        try
        {
            while (await _socket.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut off.
        }

        return _age.Elapsed;
    }
}
