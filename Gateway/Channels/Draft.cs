using System.Text.Json;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Channels;

/// <summary>What somebody wants published, before anything about it was checked but his permission.</summary>
internal sealed record Draft
{
    /// <summary>Each gets its own copy under the same id.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    public required string Event { get; init; }

    public required JsonElement Data { get; init; }

    /// <summary>The idempotency key, which becomes the id.</summary>
    public string? Id { get; init; }

    /// <summary>The client that publishes; null for trusted code, which alone may use names that are the gateway's own.</summary>
    public Sender? Sender { get; init; }

    /// <summary>Which trusted code publishes, where no client does: an API key's role, or the process that the gateway is in.</summary>
    public string Server { get; init; } = "server";

    public bool Echo { get; init; } = true;

    /// <summary>The roles one of which a session must hold to get it; null for whoever may read the channel. Trusted code only.</summary>
    public IReadOnlyList<string>? Readers { get; init; }

    /// <summary>What this request wants published, each channel once.</summary>
    /// <param name="request">The request.</param>
    /// <param name="sender">The client that publishes; null for trusted code.</param>
    public static Draft Of(PublishRequest request, Sender? sender) => new()
    {
        Channels = request.Channels is { } several ? [.. several.Distinct(StringComparer.Ordinal)]
            : request.Channel is { } one ? [one]
            : [],
        Event = request.Event,
        Data = request.Data,
        Id = request.Id,
        Echo = request.Echo,
        Readers = request.Readers,
        Sender = sender,
    };

    /// <summary>To whom the idempotency key belongs.</summary>
    public string Principal => Sender switch
    {
        null => Server,
        { UserId: { } userId } => "user:" + userId,
        _ => "guest:" + Sender.ConnectionId,
    };
}
