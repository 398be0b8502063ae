using System.Collections.Concurrent;
using System.Text.Json;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>Tells other nodes something, and asks them for what one of them has.</summary>
internal sealed class NodeMessenger(IBroker broker, Node node, TimeProvider time)
{
    /// <summary>How long answers are waited for. A node that lives has answered long before; what is waited for is one that was lost.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How many questions may wait for their answers at a time. One more is refused.</summary>
    public const int MaxPending = 10_000;

    private static readonly Error TooMany = new(ErrorCodes.Unavailable, "Too many questions wait for other nodes; try again.", RetryAfter: 1);

    private static readonly Error Unanswered = new(
        ErrorCodes.Unavailable,
        $"Not every node answered within {Patience.TotalSeconds:0} s, so it is not known whether one has it; try again.",
        RetryAfter: 1);

    private readonly ConcurrentDictionary<long, PendingQuestion> _pending = new();
    private long _lastQuestion;

    // The dictionary's own count takes all of its locks.
    private int _pendingCount;

    /// <summary>How many questions wait for their answers.</summary>
    public int Pending => Volatile.Read(ref _pendingCount);

    /// <summary>Tells something to every node that hears a channel. It arrives at most once, and nothing says whether it did.</summary>
    /// <exception cref="RealtimeException">The backplane does not answer.</exception>
    public async ValueTask TellAsync(string channel, JsonElement body, CancellationToken cancellationToken) =>
        await broker.SendAsync(channel, new NodeMessage(node.Id, Body: body).Write(), cancellationToken);

    /// <summary>Asks every node that hears a channel. The one whose question it is does what is asked for before it answers.</summary>
    /// <returns>That node; null when every one that was asked has said that it is not its question.</returns>
    /// <exception cref="RealtimeException">
    /// <c>unavailable</c>: the backplane does not answer, an answer was lost, the node failed, or too many questions wait. What was
    /// asked for may be done all the same.
    /// </exception>
    public async ValueTask<string?> AskAsync(string channel, JsonElement body, CancellationToken cancellationToken)
    {
        var question = Interlocked.Increment(ref _lastQuestion);
        var pending = new PendingQuestion();
        try
        {
            if (Interlocked.Increment(ref _pendingCount) > MaxPending)
            {
                throw new RealtimeException(TooMany);
            }

            _pending[question] = pending;
            pending.OnAsked(await broker.SendAsync(channel, new NodeMessage(node.Id, question, Body: body).Write(), cancellationToken));
            return await pending.Decision.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new RealtimeException(Unanswered);
        }
        finally
        {
            _pending.TryRemove(question, out _);
            Interlocked.Decrement(ref _pendingCount);
        }
    }

    /// <summary>Answers a question of another node.</summary>
    public async ValueTask AnswerAsync(string asker, long question, NodeAnswer answer) =>
        await broker.SendAsync(NodeChannels.Of(asker), new NodeMessage(node.Id, question, answer).Write(), CancellationToken.None);

    /// <summary>A node has answered. What nobody waits for any more has no effect.</summary>
    public void OnAnswer(long question, string nodeId, NodeAnswer answer) => _pending.GetValueOrDefault(question)?.OnAnswer(nodeId, answer);
}
