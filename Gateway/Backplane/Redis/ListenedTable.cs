using System.Collections.Concurrent;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// What this node listens to, by channel, counted: the first to come begins it, the last to go ends it. Who comes while it ends waits for
/// the end, and begins it anew.
/// </summary>
/// <param name="make">Makes what there is of a channel, before it has begun.</param>
/// <param name="end">Ends it. It does not fail.</param>
internal sealed class ListenedTable<T, TListener>(Func<string, T> make, Func<string, T, ValueTask> end)
    where T : Listened<TListener>
    where TListener : class
{
    private readonly ConcurrentDictionary<string, T> _entries = new(StringComparer.Ordinal);

    /// <summary>All there is. A snapshot is not taken.</summary>
    public IEnumerable<KeyValuePair<string, T>> All => _entries;

    public T? Find(string channel) => _entries.GetValueOrDefault(channel);

    /// <summary>Lets one listen.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="listener">Who listens; from before it begins, so that nothing that comes is lost.</param>
    /// <param name="begin">Begins it, told whether this is the first; where it fails nobody listens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask AddAsync(string channel, TListener listener, Func<T, bool, ValueTask> begin, CancellationToken cancellationToken)
    {
        while (true)
        {
            var entry = _entries.GetOrAdd(channel, make);
            using var _ = await entry.Gate.EnterAsync(cancellationToken);
            if (entry.IsRetired)
            {
                continue;
            }

            var isFirst = entry.IsEmpty;
            entry.Add(listener);
            try
            {
                await begin(entry, isFirst);
                return;
            }
            catch
            {
                await RemoveNeedsGateAsync(channel, entry, listener);
                throw;
            }
        }
    }

    /// <summary>Lets one listen no longer. It is not called from the first moment on.</summary>
    public async ValueTask RemoveAsync(string channel, TListener listener)
    {
        if (Find(channel) is { } entry)
        {
            entry.Remove(listener);
            using var _ = await entry.Gate.EnterAsync(CancellationToken.None);
            await RemoveNeedsGateAsync(channel, entry, listener);
        }
    }

    private async ValueTask RemoveNeedsGateAsync(string channel, T entry, TListener listener)
    {
        entry.Remove(listener);
        if (entry.IsEmpty && !entry.IsRetired)
        {
            entry.IsRetired = true;
            await end(channel, entry);
            _entries.TryRemove(KeyValuePair.Create(channel, entry));
        }
    }
}
