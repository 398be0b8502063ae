using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Channels;

/// <summary>
/// The last publications of a channel, kept on this node for as long as somebody catches up: what is published while he reads
/// history is here when he has read it, whatever history has trimmed meanwhile. Not safe for use by several threads: the
/// channel's lock guards it.
/// </summary>
internal sealed class Tail
{
    private const int MaxPublications = 1_000;
    private const int MaxBytes = 1024 * 1024;

    private PublicationLog _log;
    private int _users;

    // The offset after which it begins; null while it keeps nothing.
    private long? _before;

    /// <summary>Somebody begins to catch up.</summary>
    /// <param name="top">How far the channel is; null where it keeps no history.</param>
    public void Keep(Position? top)
    {
        _users++;
        _before ??= top?.Offset;
    }

    /// <summary>He does no longer.</summary>
    public void Release()
    {
        if (--_users == 0)
        {
            Clear();
        }
    }

    /// <summary>Keeps one more, if anybody needs it.</summary>
    public void Add(Publication publication)
    {
        if (_before is null)
        {
            return;
        }

        _log.Add(publication);
        while (_log.Count > MaxPublications || _log.Count > 1 && _log.Bytes > MaxBytes)
        {
            _log.RemoveOldest();
            _before++;
        }
    }

    /// <summary>Lets go of everything, and goes on from there if anybody needs it.</summary>
    public void BeginAfter(Position top)
    {
        Clear();
        _before = _users > 0 ? top.Offset : null;
    }

    /// <summary>Lets go of everything, also of what somebody needs: the channel begins anew.</summary>
    public void Clear()
    {
        _log.Clear();
        _before = null;
    }

    /// <summary>What comes after an offset; null when it does not reach back so far.</summary>
    public Publication[]? After(long offset) => offset >= _before ? _log.After(offset, MaxPublications) : null;
}
