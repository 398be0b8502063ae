using RealtimeGateway.Backplane;

namespace RealtimeGateway.Channels;

/// <summary>
/// The last publications of a channel, kept on this node for as long as somebody catches up: what is published while he reads
/// history is here when he has read it, whatever history has trimmed meanwhile. Not safe for use by several threads: the
/// channel's lock guards it.
/// </summary>
/// <param name="top">The offset after which it begins.</param>
internal sealed class Tail(long top)
{
    private const int MaxPublications = 1_000;
    private const int MaxBytes = 1024 * 1024;

    private readonly PublicationLog _log = new();
    private long _before = top;

    public void Add(Publication publication)
    {
        _log.Add(publication);
        while (_log.Count > MaxPublications || _log.Count > 1 && _log.Bytes > MaxBytes)
        {
            _log.RemoveOldest();
            _before++;
        }
    }

    /// <summary>What comes after an offset; null when it does not reach back so far.</summary>
    public Publication[]? After(long offset) => offset < _before ? null : _log.After(offset, MaxPublications);
}
