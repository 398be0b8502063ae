namespace RealtimeGateway.Sessions;

/// <summary>
/// What waits for one client, in order. Mostly that is nothing or one message, and then there is nothing but this. Not safe for use by
/// several threads.
/// </summary>
internal struct Backlog
{
    // What a queue of many keeps for the next ones.
    private const int MostKept = 64;

    private ReadOnlyMemory<byte> _first;
    private Queue<ReadOnlyMemory<byte>>? _behind;

    // Counted here too: the queue is far away in memory, and mostly empty.
    private int _countBehind;

    /// <summary>Whether nothing waits.</summary>
    public readonly bool IsEmpty => _first.IsEmpty;

    /// <summary>Adds what comes last; not empty.</summary>
    public void Enqueue(ReadOnlyMemory<byte> message)
    {
        if (IsEmpty)
        {
            _first = message;
        }
        else
        {
            (_behind ??= new()).Enqueue(message);
            _countBehind++;
        }
    }

    /// <summary>Takes what comes first.</summary>
    public bool TryDequeue(out ReadOnlyMemory<byte> message)
    {
        message = _first;
        if (IsEmpty)
        {
            return false;
        }

        _first = default;
        if (_countBehind > 0)
        {
            _first = _behind!.Dequeue();
            if (--_countBehind == 0 && _behind.Capacity > MostKept)
            {
                _behind = null;
            }
        }

        return true;
    }

    /// <summary>Lets go of everything.</summary>
    public void Clear() => (_first, _behind, _countBehind) = (default, null, 0);
}
