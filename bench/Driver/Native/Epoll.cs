using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RealtimeGateway.Bench.Driver.Native;

/// <summary>
/// Which of many sockets have something to read. It is said once, when that comes (edge-triggered): who is told reads all of it. A socket is known
/// by a number of the caller's.
/// </summary>
internal sealed unsafe class Epoll : IDisposable
{
    // Few enough that a publication which is complete is followed by the next one soon.
    private const int Capacity = 256;

    // epoll_event is packed on x86-64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventSize = DataOffset + 8;

    private readonly int _descriptor = Libc.EpollCreate(Libc.CloseOnExec);
    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(Capacity * EventSize));

    public void Add(int socket, int number)
    {
        var @event = stackalloc byte[16];
        *(uint*)@event = Libc.EpollIn | Libc.EpollEdgeTriggered;
        *(long*)(@event + DataOffset) = number;
        if (Libc.EpollControl(_descriptor, Libc.EpollAdd, socket, @event) < 0)
        {
            throw new Win32Exception();
        }
    }

    /// <summary>Waits until a socket has something, or for so long.</summary>
    /// <param name="milliseconds">0 does not wait.</param>
    /// <returns>How many have; <see cref="Number"/> says which.</returns>
    public int Wait(int milliseconds)
    {
        var count = Libc.EpollWait(_descriptor, _events, Capacity, milliseconds);
        if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted)
        {
            throw new Win32Exception();
        }

        return Math.Max(count, 0);
    }

    /// <summary>The number of the i-th socket of the last wait.</summary>
    public int Number(int i) => (int)*(long*)(_events + (i * EventSize) + DataOffset);

    public void Dispose()
    {
        _ = Libc.Close(_descriptor);
        NativeMemory.Free(_events);
    }
}
