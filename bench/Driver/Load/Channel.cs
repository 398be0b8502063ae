using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>A channel, who is subscribed to it, and what was published there.</summary>
internal sealed class Channel(string name, IReadOnlyList<WebSocketClient> subscribers)
{
    private int _published;
    private long _sum;

    public string Name => name;

    public IReadOnlyList<WebSocketClient> Subscribers => subscribers;

    /// <summary>How many subscribers have not got each publication once.</summary>
    public int Deceived => subscribers.Count(subscriber => subscriber.Heard != _published || subscriber.HeardSum != _sum);

    public void Count(int sequence)
    {
        _published++;
        _sum += sequence;
    }
}
