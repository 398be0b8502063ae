using System.Buffers;

namespace RealtimeGateway.Primitives;

/// <summary>
/// Where something is written before it is sent. Its array is rented while there is something in it, so who mostly has nothing to send
/// mostly holds nothing. For one thread at a time.
/// </summary>
/// <param name="smallest">Bytes of the first array, at least.</param>
internal struct RentedBuffer(int smallest)
{
    private byte[]? _bytes;

    /// <summary>How many bytes are written.</summary>
    public int Count { get; private set; }

    /// <summary>What is written, until it is cleared or more is written.</summary>
    public readonly Memory<byte> Written => _bytes.AsMemory(0, Count);

    /// <summary>Room behind what is written, as <see cref="IBufferWriter{T}.GetMemory"/> gives it.</summary>
    public Memory<byte> GetMemory(int sizeHint)
    {
        var needed = Count + Math.Max(sizeHint, 1);
        if (_bytes is null)
        {
            _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(smallest, needed));
        }
        else if (_bytes.Length < needed)
        {
            var full = _bytes;
            _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(2 * full.Length, needed));
            full.AsSpan(0, Count).CopyTo(_bytes);
            ArrayPool<byte>.Shared.Return(full);
        }

        return _bytes.AsMemory(Count);
    }

    /// <summary>So much of the room is written.</summary>
    public void Advance(int bytes) => Count += bytes;

    /// <summary>Lets go of what is written.</summary>
    public void Clear()
    {
        if (_bytes is { } bytes)
        {
            (_bytes, Count) = (null, 0);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
