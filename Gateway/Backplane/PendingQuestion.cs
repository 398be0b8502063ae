using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>A question to other nodes that is not decided yet. The answers may come before it is known how many there will be.</summary>
internal sealed class PendingQuestion
{
    private static readonly Error Failed = new(ErrorCodes.Unavailable, "The node that was asked failed to do it; try again.", RetryAfter: 1);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<string?> _decision = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _saidNo = new(StringComparer.Ordinal);
    private int? _asked;

    /// <summary>The node whose question it was; null when all nodes have said that it is not theirs.</summary>
    public Task<string?> Decision => _decision.Task;

    /// <summary>So many nodes have heard the question.</summary>
    public void OnAsked(int nodes)
    {
        lock (_lock)
        {
            _asked = nodes;
            DecideNeedsLock();
        }
    }

    public void OnAnswer(string nodeId, NodeAnswer answer)
    {
        switch (answer)
        {
            case NodeAnswer.Yes:
                _decision.TrySetResult(nodeId);
                break;
            case NodeAnswer.Failed:
                _decision.TrySetException(new RealtimeException(Failed));
                break;
            default:
                lock (_lock)
                {
                    _saidNo.Add(nodeId);
                    DecideNeedsLock();
                }

                break;
        }
    }

    private void DecideNeedsLock()
    {
        if (_saidNo.Count >= _asked)
        {
            _decision.TrySetResult(null);
        }
    }
}
