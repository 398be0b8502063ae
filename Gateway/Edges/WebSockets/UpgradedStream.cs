namespace RealtimeGateway.Edges.WebSockets;

/// <summary>
/// The stream of an upgraded connection as the WebSocket on it has it: it reads what the client sends, and its control frames go out
/// between the gateway's own frames. It is given no messages to send; those are written by a <see cref="FrameWriter"/>.
/// </summary>
/// <param name="stream">The server's stream.</param>
/// <param name="link">The connection, which is told when the client has spoken.</param>
/// <param name="upgrade">Whose it is.</param>
internal sealed class UpgradedStream(Stream stream, UpgradedLink link, Upgrade upgrade) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = stream.ReadAsync(buffer, cancellationToken);
        return link.HasPeerSpoken ? read : ReadFirstAsync(read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        FrameHeader.OpcodeOf(buffer.Span) < Opcode.Close ? throw new InvalidOperationException("Messages go by the frame writer.")
            : upgrade.TakeControl?.Invoke(buffer) is true ? ValueTask.CompletedTask
            : link.SendByStreamAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task FlushAsync(CancellationToken cancellationToken) => stream.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadFirstAsync(ValueTask<int> read)
    {
        var bytes = await read;
        link.HasPeerSpoken |= bytes > 0;
        return bytes;
    }
}
