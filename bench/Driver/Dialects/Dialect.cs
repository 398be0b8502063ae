using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Dialects;

/// <summary>How a server is spoken to on a WebSocket. It knows messages by how they begin, and parses none.</summary>
internal abstract class Dialect
{
    /// <summary>Whether the server answers each publication.</summary>
    public virtual bool Acknowledges => true;

    /// <summary>Path and query of the request for the WebSocket.</summary>
    /// <param name="channel">Where the client will subscribe or publish.</param>
    /// <param name="subscribes">Whether it will subscribe; it can publish all the same where the server has that.</param>
    public abstract string Path(string channel, bool subscribes);

    /// <summary>The WebSocket is open: says what there is to say first. When the session stands, the client counts an answer.</summary>
    public abstract void Open(WebSocketClient client);

    /// <summary>Subscribes a client whose session stands. When the subscription stands, the client counts an answer.</summary>
    public abstract void Subscribe(WebSocketClient client, string channel);

    /// <summary>What publishes a text: whole frames, with <see cref="Load.Payload.Placeholder"/> wherever the number belongs.</summary>
    /// <param name="channel">Where.</param>
    /// <param name="data">The payload, as JSON.</param>
    public abstract byte[] Publication(string channel, string data);

    /// <summary>Finds deliveries and answers in what has come, and has the client count them.</summary>
    /// <param name="client">Who got it.</param>
    /// <param name="data">Payloads of frames, one behind the other.</param>
    /// <param name="isEnd">Whether a message of the WebSocket ends here.</param>
    /// <returns>How many bytes are done with; the others come again, with more behind them.</returns>
    public abstract int Take(WebSocketClient client, ReadOnlySpan<byte> data, bool isEnd);

    /// <summary>Says that the client is still there, where the server wants to hear it unasked.</summary>
    public virtual void KeepAlive(WebSocketClient client)
    {
    }
}
