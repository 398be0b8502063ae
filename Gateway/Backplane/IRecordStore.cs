namespace RealtimeGateway.Backplane;

/// <summary>
/// What nodes have to remember together for a while, such as revocations: a node that starts reads all of it, and hears of what
/// is new by the control log.
/// </summary>
internal interface IRecordStore
{
    /// <summary>Remembers a record; of two under one key the one with the later <see cref="SharedRecord.At"/> stays.</summary>
    ValueTask WriteAsync(SharedRecord record, CancellationToken cancellationToken);

    /// <summary>All that is remembered now, in no order.</summary>
    ValueTask<IReadOnlyList<SharedRecord>> ReadAsync(CancellationToken cancellationToken);
}
