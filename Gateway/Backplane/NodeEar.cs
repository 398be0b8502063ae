using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Diagnostics;

namespace RealtimeGateway.Backplane;

/// <summary>
/// What this node hears of others, in <see cref="NodeChannels.All"/> and in its own channel. It is a node's one handler there: who
/// asks counts the handlers, and waits for an answer of each.
/// </summary>
internal sealed partial class NodeEar(
    NodeMessenger messenger,
    INodeListener listener,
    GatewayMetrics metrics,
    ILogger<NodeEar> logger) : IBrokerHandler
{
    public void OnMessage(ReadOnlyMemory<byte> message)
    {
        if (!NodeMessage.TryRead(message, out var read))
        {
            metrics.UnreadableMessage();
        }
        else if (read is { Answer: { } answer, Question: { } answered })
        {
            messenger.OnAnswer(answered, read.From, answer);
        }
        else if (read.Question is { } question)
        {
            _ = AnswerAsync(read.From, question, read.Body!.Value); // It logs its own exceptions.
        }
        else if (!listener.OnTold(read.From, read.Body!.Value))
        {
            metrics.UnreadableMessage();
        }
    }

    public void OnPublication(Publication publication)
    {
        // Nobody publishes in these channels.
    }

    public void OnGap(Position top, string reason)
    {
        // They have no positions.
    }

    private async Task AnswerAsync(string asker, long question, JsonElement body)
    {
        // Who asks is not held up by what it takes.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (await DoAsync(asker, body) is { } answer)
            {
                await messenger.AnswerAsync(asker, question, answer);
            }
            else
            {
                metrics.UnreadableMessage();
            }
        }
        catch (Exception exception)
        {
            // The asker's patience ends.
            LogUnanswered(asker, exception);
        }
    }

    private async Task<NodeAnswer?> DoAsync(string asker, JsonElement body)
    {
        try
        {
            return await listener.OnAskedAsync(asker, body) switch
            {
                true => NodeAnswer.Yes,
                false => NodeAnswer.No,
                null => null,
            };
        }
        catch (Exception exception)
        {
            LogFailed(asker, exception);
            return NodeAnswer.Failed;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "What node {Node} asked for failed.")]
    private partial void LogFailed(string node, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Node {Node} could not be answered.")]
    private partial void LogUnanswered(string node, Exception exception);
}
