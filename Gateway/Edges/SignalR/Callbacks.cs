namespace RealtimeGateway.Edges.SignalR;

/// <summary>The names of the callbacks on the wire.</summary>
internal static class Callbacks
{
    public const string Event = "event";
    public const string Presence = "presence";
    public const string Subscription = "subscription";

    /// <summary>
    /// A typed hub context sends the C# name of the method. Clients compare without case, but the wire has one spelling.
    /// </summary>
    public static string OnWire(string method) => method switch
    {
        nameof(IRealtimeClient.Event) => Event,
        nameof(IRealtimeClient.Presence) => Presence,
        nameof(IRealtimeClient.Subscription) => Subscription,
        _ => method,
    };
}
