using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Sessions;

/// <summary>
/// Has something applied on every node that lives, this one among them and by the same way, and says whether all have (promise 9).
/// </summary>
internal sealed class EveryNode(ControlLog log, IDirectory directory, Node node, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Writes it into the control log and waits for the nodes, for 2 s at most.</summary>
    /// <returns>Whether all have applied it, and who has not; a refusal where it is unknown whether it was written.</returns>
    public async ValueTask<Result<UserActionResult>> ApplyAsync(ControlEntry entry)
    {
        if ((await log.WriteAsync(entry)).IsRefused(out var refusal, out var position))
        {
            return refusal;
        }

        using var patience = new CancellationTokenSource(Patience, time);
        var pending = await WaitAsync(position, patience.Token);

        // A node that knew of tokens that the entry should have meant said so before it reported.
        if (pending.Count == 0 && entry is LastingEntry lasting && await log.FindFollowingAsync(lasting, position) is { } following)
        {
            pending = await WaitAsync(following, patience.Token);
        }

        return pending.Count == 0 ? new UserActionResult(Complete: true) : new UserActionResult(Complete: false, pending);
    }

    private async Task<IReadOnlyList<string>> WaitAsync(Position position, CancellationToken patience)
    {
        await log.WhenAppliedAsync(position, patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var wait = FirstWait;
        while (true)
        {
            var pending = await FindPendingAsync(position);
            if (pending.Count == 0 || patience.IsCancellationRequested)
            {
                return pending;
            }

            await Task.Delay(wait, time, patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = 2 * wait < LongestWait ? 2 * wait : LongestWait;
        }
    }

    // Who has ended meanwhile is not among the nodes, and not waited for. This one is here, whatever the others know of it.
    private async Task<IReadOnlyList<string>> FindPendingAsync(Position position)
    {
        var others = (await directory.NodesAsync(CancellationToken.None)).Where(other => other.Id != node.Id && !other.HasApplied(position));
        var pending = others.Select(other => other.Id);
        return [.. (log.HasApplied(position) ? pending : pending.Append(node.Id)).Order(StringComparer.Ordinal)];
    }
}
