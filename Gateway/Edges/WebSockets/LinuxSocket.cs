using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>
/// The system's <c>send</c>. .NET's own does the same, and takes half a microsecond more for it: of a fan-out, a twentieth.
/// </summary>
internal static partial class LinuxSocket
{
    private const int DoNotWait = 0x40;
    private const int NoSignal = 0x4000;

    /// <summary>Sends as much as there is room for, without waiting.</summary>
    /// <returns>How many bytes that was; 0 too for an error.</returns>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes) =>
        (int)Math.Max(Send(socket, bytes, bytes.Length, DoNotWait | NoSignal), 0);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, nint length, int flags);
}
