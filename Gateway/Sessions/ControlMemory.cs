using RealtimeGateway.Backplane;
using RealtimeGateway.Diagnostics;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>What the control log said that lasts, in the store that all nodes share: it outlives the log, and every node.</summary>
internal sealed class ControlMemory(IRecordStore store, ControlEffects effects, Live<RevocationMemory> memory, GatewayMetrics metrics)
{
    /// <summary>Lets all nodes that start from now on know an entry.</summary>
    public ValueTask WriteAsync(LastingEntry entry, CancellationToken cancellationToken) =>
        store.WriteAsync(entry.ToRecord(memory.Current.Span), cancellationToken);

    /// <summary>
    /// Learns what the nodes remember, and tells them what they do not and this one does: the store may have lost it.
    /// </summary>
    /// <returns>Whether there was something that they did not.</returns>
    public async Task<bool> ExchangeAsync(CancellationToken cancellationToken)
    {
        var stored = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var record in await store.ReadAsync(cancellationToken))
        {
            if (ControlEntry.TryRead(record.Value, out var entry) && entry is LastingEntry lasting)
            {
                effects.Remember(lasting);
                stored[record.Key] = record.At;
            }
            else
            {
                metrics.ControlUnreadable();
            }
        }

        var untold = effects.Remembered.Where(entry => !stored.TryGetValue(entry.Key, out var at) || at < entry.At).ToArray();
        foreach (var entry in untold)
        {
            await WriteAsync(entry, cancellationToken);
        }

        return untold.Length > 0;
    }
}
