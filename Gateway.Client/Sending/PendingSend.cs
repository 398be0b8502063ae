using RealtimeGateway.Client.Connections;

namespace RealtimeGateway.Client.Sending;

/// <summary>A send that has no answer yet.</summary>
/// <param name="isRepeatable">Whether it may be made again when its answer was lost.</param>
internal abstract class PendingSend(bool isRepeatable)
{
    /// <summary>Whether it may be made again when its answer was lost.</summary>
    public bool IsRepeatable => isRepeatable;

    /// <summary>When it was first written, by <see cref="TimeProvider.GetTimestamp"/>; null as long as it was not.</summary>
    public long? WrittenAt { get; set; }

    /// <summary>Whether nobody waits for it any more: answered, failed, or cancelled.</summary>
    public abstract bool IsDone { get; }

    /// <summary>Fails it.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Makes the call. What comes before it in the program is written before it.</summary>
    public abstract Task SendAsync(GatewayConnection connection);
}

/// <inheritdoc/>
/// <param name="method">The method of the hub.</param>
/// <param name="argument">Its arguments.</param>
/// <param name="isRepeatable">Whether it may be made again when its answer was lost.</param>
internal sealed class PendingSend<T>(string method, object?[] argument, bool isRepeatable) : PendingSend(isRepeatable)
{
    private readonly TaskCompletionSource<T> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer.</summary>
    public Task<T> Answered => _answered.Task;

    public override bool IsDone => _answered.Task.IsCompleted;

    public override void Fail(Exception exception) => _answered.TrySetException(exception);

    /// <summary>Nobody waits for it any more.</summary>
    public void Cancel(CancellationToken cancellationToken) => _answered.TrySetCanceled(cancellationToken);

    public override async Task SendAsync(GatewayConnection connection)
    {
        try
        {
            _answered.TrySetResult(await connection.InvokeAsync<T>(method, argument, CancellationToken.None).ConfigureAwait(false));
        }
        catch (ConnectionLostException)
        {
            // The send buffer hears of it, and decides.
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }
}
