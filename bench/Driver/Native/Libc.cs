using System.Runtime.InteropServices;

namespace RealtimeGateway.Bench.Driver.Native;

/// <summary>The calls of Linux that the driver makes. Each returns -1 where it fails, and the error is <see cref="Marshal.GetLastPInvokeError"/>.</summary>
internal static unsafe partial class Libc
{
    public const int EpollAdd = 1;
    public const uint EpollIn = 1;
    public const uint EpollEdgeTriggered = 1u << 31;

    public const int Again = 11;
    public const int Interrupted = 4;

    public const int InternetFamily = 2;
    public const int Stream = 1;
    public const int CloseOnExec = 0x80000;
    public const int DoNotWait = 0x40;
    public const int NoSignal = 0x4000;
    public const int TcpLevel = 6;
    public const int TcpNoDelay = 1;
    public const int SocketLevel = 1;
    public const int SendBuffer = 7;
    public const int Linger = 13;

    /// <summary>The CPU time of this process, as a clock.</summary>
    public const int ProcessCpuClock = 2;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* @event);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, SocketAddress* address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, void* value, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    public static partial int GetTime(int clock, TimeSpec* time);

    /// <summary>sockaddr_in.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    public struct SocketAddress
    {
        public ushort Family;
        public ushort PortInNetworkOrder;
        public uint AddressInNetworkOrder;
    }

    /// <summary>timespec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
