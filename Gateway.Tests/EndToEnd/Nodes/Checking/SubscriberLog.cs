using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>What one subscriber got of one channel, told by itself, in order, over all of its connections. For one thread at a time.</summary>
/// <param name="name">Who it is, for sentences.</param>
/// <param name="channel">The channel.</param>
/// <param name="userId">The user that it is by a token of <paramref name="createdAt"/>; null for a guest.</param>
/// <param name="createdAt">When it began, on the run's clock.</param>
/// <param name="wants">What it wants, by the payload; null for everything.</param>
internal sealed class SubscriberLog(string name, string channel, string? userId, long createdAt, Func<string, bool>? wants)
{
    private readonly List<SubscriptionLog> _subscriptions = [];
    private readonly Dictionary<string, int> _gaps = new(StringComparer.Ordinal);

    public string Name => name;

    public string Channel => channel;

    public string? UserId => userId;

    public long CreatedAt => createdAt;

    public Func<string, bool>? Wants => wants;

    public IReadOnlyList<SubscriptionLog> Subscriptions => _subscriptions;

    /// <summary>How often it was told of a gap, by the reason.</summary>
    public IReadOnlyDictionary<string, int> Gaps => _gaps;

    /// <summary>It asks for the channel.</summary>
    public void Begin(Position? since = null) => _subscriptions.Add(new SubscriptionLog(since));

    /// <summary>It was answered.</summary>
    public void Answered(Position? at, bool? recovered = null, string? reason = null) => _subscriptions[^1].Answer(at, recovered, reason);

    public void Event(Position? at, string id, string data, bool isReplayed = false) =>
        _subscriptions[^1].Add(new Heard(HeardKind.Event, at, id, data, isReplayed));

    /// <summary>It was told that something was lost, and what it hears from.</summary>
    public void Gap(Position at, string reason)
    {
        _gaps[reason] = _gaps.GetValueOrDefault(reason) + 1;
        _subscriptions[^1].Add(new Heard(HeardKind.Gap, at));
    }

    /// <summary>It was told how far it is.</summary>
    public void Position(Position at) => _subscriptions[^1].Add(new Heard(HeardKind.Position, at));

    /// <summary>Its connection ended, it left the channel, or was expelled from it.</summary>
    public void End()
    {
        if (_subscriptions is [.., var last])
        {
            last.IsOpen = false;
        }
    }
}
