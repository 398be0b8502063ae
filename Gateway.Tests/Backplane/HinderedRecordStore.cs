using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>A store of records that can be made to fail, and to lose all that it has.</summary>
internal sealed class HinderedRecordStore : IRecordStore
{
    private MemoryRecordStore _records = new(TimeProvider.System);

    public bool IsUnavailable { get; set; }

    /// <summary>Completes when somebody was refused.</summary>
    public TaskCompletionSource Refused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Forget() => _records = new MemoryRecordStore(TimeProvider.System);

    public ValueTask WriteAsync(SharedRecord record, CancellationToken cancellationToken)
    {
        Check();
        return _records.WriteAsync(record, cancellationToken);
    }

    public ValueTask<IReadOnlyList<SharedRecord>> ReadAsync(CancellationToken cancellationToken)
    {
        Check();
        return _records.ReadAsync(cancellationToken);
    }

    private void Check()
    {
        if (IsUnavailable)
        {
            Refused.TrySetResult();
            throw new RealtimeException(new Error(ErrorCodes.Unavailable, "The store does not answer."));
        }
    }
}
