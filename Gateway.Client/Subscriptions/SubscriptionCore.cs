using RealtimeGateway.Client.Connections;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>What a subscription asks for and what it has. Whoever uses it has the lock of <see cref="SubscriptionRegistry"/>.</summary>
internal sealed class SubscriptionCore(Subscription subscription, SubscriptionTerms terms, IReadOnlyDictionary<string, Position>? since)
{
    private readonly Dictionary<string, ChannelFeed> _feeds =
        terms.Channels.ToDictionary(channel => channel, channel => new ChannelFeed(channel, subscription, since?.GetValueOrDefault(channel)));

    /// <summary>What it asks for.</summary>
    public SubscriptionTerms Terms { get; private set; } = terms;

    /// <summary>Where it stands.</summary>
    public SubscriptionState State { get; set; } = SubscriptionState.Subscribing;

    /// <summary>The call that is not answered yet; null for none.</summary>
    public SubscribeCall? Call { get; private set; }

    /// <summary>The last answer; null before the first.</summary>
    public SubscribeResult? Answer { get; private set; }

    /// <summary>Whether the gateway has ever answered it.</summary>
    public bool WasAnswered => Answer is not null;

    /// <summary>Who waits for the next answer.</summary>
    public TaskCompletionSource<SubscribeResult> Answered { get; private set; } = NewAnswered();

    /// <summary>What comes of its channels; of those it had too, as long as a call that leaves them is not answered.</summary>
    public IEnumerable<ChannelFeed> Feeds => _feeds.Values;

    public ChannelFeed? FindFeed(string channel) => _feeds.GetValueOrDefault(channel);

    /// <summary>This call is on its way.</summary>
    public void Await(SubscribeCall call) => Call = call;

    /// <summary>Asks for all of it, on a connection that knows nothing of it.</summary>
    public SubscribeCall Subscribe(GatewayConnection connection)
    {
        foreach (var feed in _feeds.Values)
        {
            feed.HoldAnew();
        }

        AwaitAnswer();
        return new SubscribeCall(
            subscription,
            connection,
            Terms.ToRequest(subscription.Id, channel => _feeds[channel].Position),
            Before: null);
    }

    /// <summary>Asks for something else, on the connection that it is subscribed on.</summary>
    public SubscribeCall Update(SubscriptionTerms terms, GatewayConnection connection)
    {
        var before = Terms;
        AwaitAnswer();
        Become(terms);
        foreach (var feed in _feeds.Values)
        {
            feed.Hold();
        }

        return new SubscribeCall(subscription, connection, terms.ToRequest(subscription.Id, _ => null), before);
    }

    /// <summary>Asks for something else from the next connection on.</summary>
    public void UpdateLater(SubscriptionTerms terms)
    {
        AwaitAnswer();
        Become(terms);
        LeaveOthers();
    }

    /// <summary>The call has been answered.</summary>
    /// <returns>The feeds that must read history first.</returns>
    public IReadOnlyList<ChannelFeed> Accept(SubscribeCall call, SubscribeResult result)
    {
        var (keyBefore, channelsBefore) = (Answer?.Key, call.Before?.Channels ?? []);
        Answer = result;
        Call = null;
        State = SubscriptionState.Subscribed;
        var behind = new List<ChannelFeed>();
        foreach (var answer in result.Channels)
        {
            var isKept = channelsBefore.Contains(answer.Channel);
            if (FindFeed(answer.Channel) is not { } feed || isKept && feed.IsCatchingUp)
            {
                continue; // It was taken away meanwhile, or goes on reading history.
            }

            // What came before the answer may have been wanted by what it was before.
            bool IsWanted(EventMessage message) => Wants(message, result.Key) || isKept && Wants(message, keyBefore);
            if (!(isKept ? feed.Release(IsWanted) : feed.Begin(answer, IsWanted)))
            {
                behind.Add(feed);
            }
        }

        LeaveOthers();
        Answered.TrySetResult(result);
        return behind;
    }

    /// <summary>An update was refused: all is as it was.</summary>
    /// <returns>The feeds that must read history first.</returns>
    public IReadOnlyList<ChannelFeed> Revert(SubscribeCall call, Exception refusal)
    {
        Call = null;
        Terms = call.Before!;
        LeaveOthers();
        Answered.TrySetException(refusal);
        return [.. _feeds.Values.Where(feed => !feed.IsCatchingUp && !feed.Release(IsWanted))];
    }

    /// <summary>There is no connection any more.</summary>
    public void Lose()
    {
        if (Call?.Before is not null)
        {
            // The next connection is asked for what it is to be, and may refuse that; what it was is given up.
            LeaveOthers();
        }

        Call = null;
        foreach (var feed in _feeds.Values)
        {
            feed.HoldAnew();
        }
    }

    /// <summary>The call was refused for a time, or was not made.</summary>
    public void Abandon() => Call = null;

    /// <summary>A channel is taken away.</summary>
    public void Leave(string channel)
    {
        _feeds.Remove(channel);
        Terms = Terms with { Channels = [.. Terms.Channels.Where(other => other != channel)] };
    }

    /// <summary>Whether a publication is for this subscription.</summary>
    public bool IsWanted(EventMessage message) => Wants(message, Answer?.Key);

    private static bool Wants(EventMessage message, string? key) => key is null || message.Matched?.Contains(key) is true;

    private static TaskCompletionSource<SubscribeResult> NewAnswered() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void AwaitAnswer()
    {
        if (Answered.Task.IsCompleted)
        {
            Answered = NewAnswered();
        }
    }

    private void Become(SubscriptionTerms terms)
    {
        Terms = terms;
        foreach (var channel in terms.Channels)
        {
            _feeds.TryAdd(channel, new ChannelFeed(channel, subscription, since: null));
        }
    }

    private void LeaveOthers()
    {
        foreach (var channel in _feeds.Keys.Except(Terms.Channels).ToList())
        {
            _feeds.Remove(channel);
        }
    }
}
