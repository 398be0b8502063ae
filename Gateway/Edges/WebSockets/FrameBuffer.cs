using System.Buffers;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>
/// What has come of a client and was not taken: payloads, and somewhere behind them the frames that are not decoded. It is rented while
/// there is something in it. To be kept in one place, not copied; for one thread at a time.
/// </summary>
internal struct FrameBuffer
{
    private const int Smallest = 1024;

    private byte[]? _bytes;
    private int _start;
    private int _examined;
    private int _end;
    private int _undecoded;
    private int _filled;

    /// <summary>How large it is; 0 while nothing is in it.</summary>
    public readonly int Capacity => _bytes?.Length ?? 0;

    /// <summary>The payloads. A position in them stays what it is until more is appended.</summary>
    public readonly ReadOnlySequence<byte> Payloads => _bytes is null ? ReadOnlySequence<byte>.Empty : new(_bytes, _start, _end - _start);

    /// <summary>Whether there are payloads that nobody has looked at.</summary>
    public readonly bool HasUnexamined => _end != _examined;

    /// <summary>What has come and is not decoded. It may be written to, as one does who unmasks it.</summary>
    public readonly Span<byte> Undecoded => _bytes.AsSpan(_undecoded, _filled - _undecoded);

    /// <summary>Payloads were taken up to here, and looked at up to there.</summary>
    public void Take(SequencePosition consumed, SequencePosition examined)
    {
        if (_bytes is not null)
        {
            // A position in an array is its index.
            (_start, _examined) = (consumed.GetInteger(), Math.Max(consumed.GetInteger(), examined.GetInteger()));
            Shrink();
        }
    }

    /// <summary>More has come.</summary>
    public void Append(in ReadOnlySequence<byte> bytes)
    {
        var count = (int)bytes.Length;
        MakeRoom(count);
        bytes.CopyTo(_bytes.AsSpan(_filled));
        _filled += count;
    }

    /// <summary>The next so many bytes are no payload.</summary>
    public void Skip(int bytes) => _undecoded += bytes;

    /// <summary>The next so many bytes are a payload.</summary>
    public void KeepPayload(int bytes)
    {
        _bytes.AsSpan(_undecoded, bytes).CopyTo(_bytes.AsSpan(_end));
        _end += bytes;
        _undecoded += bytes;
    }

    /// <summary>
    /// Gives back what it does not need. Without a payload to take only the beginning of a frame is worth a buffer, and not a large one: it
    /// may be all that ever comes.
    /// </summary>
    public void Shrink()
    {
        if (_bytes is null || _start < _end)
        {
            return;
        }

        var rest = Undecoded;
        if (rest.IsEmpty)
        {
            Clear();
        }
        else if (_bytes.Length > Smallest && rest.Length <= Smallest)
        {
            var large = _bytes;
            _bytes = ArrayPool<byte>.Shared.Rent(Smallest);
            rest.CopyTo(_bytes);
            (_start, _examined, _end, _undecoded, _filled) = (0, 0, 0, 0, rest.Length);
            ArrayPool<byte>.Shared.Return(large);
        }
    }

    /// <summary>Drops all of it.</summary>
    public void Clear()
    {
        if (_bytes is { } bytes)
        {
            this = default;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void MakeRoom(int bytes)
    {
        if (_bytes is null)
        {
            _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(bytes, Smallest));
        }
        else if (_bytes.Length - _filled < bytes)
        {
            var full = _bytes;
            var payloads = full.AsSpan(_start, _end - _start);
            var undecoded = Undecoded;
            var needed = payloads.Length + undecoded.Length + bytes;
            _bytes = needed > full.Length ? ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * full.Length)) : full;
            payloads.CopyTo(_bytes);
            undecoded.CopyTo(_bytes.AsSpan(payloads.Length));
            (_start, _examined, _end) = (0, _examined - _start, payloads.Length);
            (_undecoded, _filled) = (_end, _end + undecoded.Length);
            if (_bytes != full)
            {
                ArrayPool<byte>.Shared.Return(full);
            }
        }
    }
}
