using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;

namespace RealtimeGateway.Bench.Driver.Native;

/// <summary>A connection over loopback that never waits, but while it connects.</summary>
internal sealed unsafe class TcpSocket : IDisposable
{
    // What is sent at once fits: a batch of publications, or as many small ones as are in flight.
    private const int SendBufferBytes = 128 * 1024;

    private TcpSocket(int descriptor)
    {
        Descriptor = descriptor;
    }

    public int Descriptor { get; private set; }

    /// <exception cref="Win32Exception">Nobody listens there.</exception>
    public static TcpSocket Connect(int port)
    {
        var socket = new TcpSocket(Check(Libc.Socket(Libc.InternetFamily, Libc.Stream | Libc.CloseOnExec, 0)));
        var one = 1;
        _ = Check(Libc.SetOption(socket.Descriptor, Libc.TcpLevel, Libc.TcpNoDelay, &one, sizeof(int)));
        var size = SendBufferBytes;
        _ = Check(Libc.SetOption(socket.Descriptor, Libc.SocketLevel, Libc.SendBuffer, &size, sizeof(int)));

        // It ends with a reset, and leaves no port behind that waits for a minute.
        var linger = stackalloc int[] { 1, 0 };
        _ = Check(Libc.SetOption(socket.Descriptor, Libc.SocketLevel, Libc.Linger, linger, 2 * sizeof(int)));
        var address = new Libc.SocketAddress
        {
            Family = Libc.InternetFamily,
            PortInNetworkOrder = (ushort)IPAddress.HostToNetworkOrder((short)port),
            AddressInNetworkOrder = (uint)IPAddress.HostToNetworkOrder(0x7f000001),
        };
        _ = Check(Libc.Connect(socket.Descriptor, &address, sizeof(Libc.SocketAddress)));
        return socket;
    }

    /// <summary>What there is to read.</summary>
    /// <returns>How many bytes; 0 at the end, -1 where there is nothing now.</returns>
    /// <exception cref="Win32Exception">The connection is broken.</exception>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var count = Libc.Receive(Descriptor, start, buffer.Length, Libc.DoNotWait);
            return count >= 0 ? (int)count
                : Marshal.GetLastPInvokeError() is Libc.Again or Libc.Interrupted ? -1
                : throw new Win32Exception();
        }
    }

    /// <summary>Sends all of it.</summary>
    /// <returns>Whether the system took all of it at once; if not, the peer does not read.</returns>
    /// <exception cref="Win32Exception">The connection is broken.</exception>
    public bool TrySend(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var count = Libc.Send(Descriptor, start, bytes.Length, Libc.DoNotWait | Libc.NoSignal);
            return count >= 0 || Marshal.GetLastPInvokeError() == Libc.Again ? count == bytes.Length : throw new Win32Exception();
        }
    }

    public void Dispose()
    {
        if (Descriptor >= 0)
        {
            _ = Libc.Close(Descriptor);
            Descriptor = -1;
        }
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception();
}
