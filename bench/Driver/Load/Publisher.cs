using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>Who publishes in one channel: what it sends is made once, and only the number in it changes.</summary>
internal sealed class Publisher(Link link, Channel channel, byte[] message)
{
    private readonly int[] _places = Payload.Places(message);

    public Channel Channel => channel;

    /// <summary>Whether the server has answered all that this connection has asked for.</summary>
    public bool IsAnswered => link.IsAnswered;

    public void Publish(int sequence)
    {
        foreach (var place in _places)
        {
            Payload.Write(message.AsSpan(place, Payload.Digits), sequence);
        }

        channel.Count(sequence);
        link.Ask(message);
    }
}
