using System.Diagnostics;

namespace RealtimeGateway.Diagnostics;

/// <summary>
/// The span of a publication, from the time that it is given to the end of its fan-out on this node. Its parent is what brought
/// it: SignalR's span of the call, or the request's.
/// </summary>
/// <remarks>
/// It says how many channels and bytes, and no more: a channel's name is often a user's or a conversation's, and who reads traces
/// may be nobody whom its policy would let read it.
/// </remarks>
internal static class PublicationSpan
{
    /// <summary>The name by which a collector asks for these spans.</summary>
    public const string SourceName = "RealtimeGateway";

    public const string Name = "realtime.publish";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins one; null when nobody listens.</summary>
    /// <param name="since">The publication's time.</param>
    /// <param name="channels">How many channels it goes to.</param>
    /// <param name="bytes">How large its payload is.</param>
    public static Activity? Begin(DateTimeOffset since, int channels, int bytes)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var span = Source.StartActivity(Name, ActivityKind.Producer, parentContext: default, startTime: since);
        return span?.SetTag("realtime.channels", channels).SetTag("messaging.message.body.size", bytes);
    }

    /// <summary>It was refused.</summary>
    /// <param name="span">The span; null when nobody listens.</param>
    /// <param name="code">Why, by one of the error codes.</param>
    public static void Refuse(this Activity? span, string code) => span?.SetTag("error.type", code).SetStatus(ActivityStatusCode.Error);
}
