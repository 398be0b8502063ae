using System.IO.Pipelines;

namespace RealtimeGateway.Tests.Support;

/// <summary>Takes everything at once, and lets go of it.</summary>
internal sealed class Nowhere : PipeWriter
{
    private readonly byte[] _buffer = new byte[64 * 1024];

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;

    public override void Advance(int bytes)
    {
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}
