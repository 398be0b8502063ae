using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Sessions;

/// <summary>The transport link of a session, as the edge that owns it implements it. Nothing that is sent by it waits.</summary>
internal interface IClientConnection
{
    /// <summary>Unique on this node and unguessable, but no secret: others see it as the sender of publications.</summary>
    string Id { get; }

    /// <summary>How its bytes travel, in a word of a small and fixed number of them.</summary>
    string Transport { get; }

    /// <summary>Bytes that wait to be sent to this client.</summary>
    int UnsentBytes { get; }

    /// <summary>Whether at most half of what may wait for this client does.</summary>
    bool HasRoom { get; }

    /// <summary>Waits until that is so, or the client is gone.</summary>
    ValueTask WaitForRoomAsync();

    /// <summary>Where its messages go; the same for as long as there is a session.</summary>
    IOutlet Outlet { get; }

    /// <summary>Tells the client what became of a subscription.</summary>
    void Notify(SubscriptionMessage message);

    /// <summary>
    /// Takes nothing more from the client, and waits until what it asked for before is answered. On a link by which nothing is
    /// asked there is nothing to wait for.
    /// </summary>
    Task FinishAsync() => Task.CompletedTask;

    /// <summary>Tells the client why, and closes once that and all before it is sent. Doing it again has no effect.</summary>
    void Close(Error reason);

    /// <summary>The same, and tells the client not to come back by itself, where its protocol can say so.</summary>
    void CloseForGood(Error reason) => Close(reason);

    /// <summary>The session is somebody else now.</summary>
    void OnUserChanged(string? userId);
}
