using System.Collections.Concurrent;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>The records of a gateway that is one process.</summary>
internal sealed class MemoryRecordStore(TimeProvider time) : IRecordStore
{
    private readonly ConcurrentDictionary<string, SharedRecord> _records = new(StringComparer.Ordinal);

    public ValueTask WriteAsync(SharedRecord record, CancellationToken cancellationToken)
    {
        _records.AddOrUpdate(record.Key, record, (_, known) => known.At > record.At ? known : record);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<SharedRecord>> ReadAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in _records.Where(entry => entry.Value.Until <= time.GetUtcNow()))
        {
            _records.TryRemove(entry);
        }

        return new([.. _records.Values]);
    }
}
