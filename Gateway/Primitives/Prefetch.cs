using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace RealtimeGateway.Primitives;

/// <summary>
/// Has the processor fetch an object that is used soon, while there is something else to do. So many clients are more than its caches
/// hold, and to wait for each of them is a good part of what a fan-out costs.
/// </summary>
internal static class Prefetch
{
    private const int LineBytes = 64;

    /// <summary>Fetches the two lines of the cache in which the object begins. Without effect on processors other than those of x86.</summary>
    /// <param name="soon">The object; null for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Object(object? soon)
    {
        if (Sse.IsSupported)
        {
            // The object may be moved meanwhile: a hint that is wrong does no harm.
            var address = *(byte**)Unsafe.AsPointer(ref soon);
            Sse.Prefetch0(address);
            Sse.Prefetch0(address + LineBytes);
        }
    }
}
