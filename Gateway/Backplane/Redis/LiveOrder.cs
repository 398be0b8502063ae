using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// The order of a channel that keeps nothing: what is missing cannot be read, so what is ahead waits for those before it for a moment, and
/// is brought then. Its offsets are for that alone, and nobody else sees them. Not safe for use by several threads: the lock of the
/// channel guards it.
/// </summary>
/// <param name="bring">Takes what comes next.</param>
internal sealed class LiveOrder(Action<Publication> bring)
{
    private const int MaxAhead = 1_000;

    private readonly SortedDictionary<long, Publication> _ahead = [];
    private Position? _last;

    /// <summary>Takes one.</summary>
    /// <returns>Whether it waits, and <see cref="Flush"/> is to be called in a moment.</returns>
    public bool Add(Publication publication)
    {
        var position = publication.Position!;
        if (_last is not null && _last.Epoch != position.Epoch)
        {
            Flush();
            _last = null;
        }

        if (_last is null || position.Offset == _last.Offset + 1)
        {
            Bring(publication);
            while (_last is not null && _ahead.Remove(_last.Offset + 1, out var next))
            {
                Bring(next);
            }

            return false;
        }

        return position.Offset > _last.Offset && _ahead.Count < MaxAhead && _ahead.TryAdd(position.Offset, publication);
    }

    /// <summary>Those that are missing are waited for no longer.</summary>
    public void Flush()
    {
        while (_ahead.Count > 0)
        {
            var (offset, publication) = _ahead.First();
            _ahead.Remove(offset);
            Bring(publication);
        }
    }

    /// <summary>The channel keeps something now: what still waits came before that.</summary>
    public void End()
    {
        Flush();
        _last = null;
    }

    private void Bring(Publication publication)
    {
        _last = publication.Position;
        bring(publication with { Position = null });
    }
}
