using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>What every sample of a server's message is written from, by what writes it in a live gateway.</summary>
internal static class ServerSamples
{
    private static readonly string Key = Interest.Compile(CallSamples.Everything.Events, CallSamples.Everything.Filter).OrThrow().Key!;
    private static readonly Sender Ann = new("ann", "5d0c8a3e9b7f41c2a6e1f0d4b8c39725");
    private static readonly Sender Guest = new(null, "7b1e4f90a2c35d68e9f01b2c3d4e5f60");

    private static readonly Publication Hello = new()
    {
        Channel = "chat:lobby",
        Event = "message",
        Data = Json("""{"text":"hello"}"""),
        Id = "019bc0fd8a3d7a3c8e5f60718293a4b5",
        Time = At("09:30:00.125"),
        Sender = Ann,
        Position = Lobby(7),
    };

    private static readonly Publication HalfTime = new()
    {
        Channel = "live:scores",
        Event = "message",
        Data = Json("""{"text":"half time"}"""),
        Id = "019bc0fd8b3b7d4f9a6b70819203b4c5",
        Time = At("09:30:00.379"),
        Sender = Ann,
        Channels = ["chat:lobby", "live:scores"],
    };

    private static readonly Publication Paid = new()
    {
        Channel = "chat:orders",
        Event = "order.7.paid",
        Data = Json("""{"total":120.50,"customer":{"country":"DE"}}"""),
        Id = "019bc0fcb2e87b8c9d0e1f2031425364",
        Time = At("09:29:05.0000001"),
        Position = Orders(42),
    };

    private static readonly Publication PaidByGuest = new()
    {
        Channel = "chat:orders",
        Event = "order.8.paid",
        Data = Json("""{"total":300}"""),
        Id = "019bc0fd8d377f718c8d90a1b2c3d4e5",
        Time = At("09:30:00.887"),
        Sender = Guest,
        Position = Orders(43),
    };

    private static readonly Publication FromServer = new()
    {
        Channel = ChannelName.OfUser("ann"),
        Event = "user:message",
        Data = Json("null"),
        Id = "019bc0fd8e357082ad9ea0b1c2d3e4f5",
        Time = At("09:30:01.141"),
    };

    private static readonly Member AnnAlone = new("user:ann", "ann", 1, Profile: null, At("09:29:58.0625"));
    private static readonly Member AnnTwice = AnnAlone with { Connections = 2, Profile = JsonElement.Parse("""{"name":"Ann","mood":"good"}""") };
    private static readonly Member GuestThere = new("guest:" + Guest.ConnectionId, null, 1, Profile: null, At("09:25:12.5"));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ServerSample> All { get; } = [.. Handshakes(), .. Answers(), .. Events(), .. OtherCallbacks(), .. Rest()];

    /// <summary>What they are called.</summary>
    public static IEnumerable<string> Names => All.Select(sample => sample.Name);

    /// <summary>What those are called that have a record in them.</summary>
    public static IEnumerable<string> NamesWithRecord => All.Where(sample => sample.Record is not null).Select(sample => sample.Name);

    /// <summary>The sample of this name.</summary>
    public static ServerSample Get(string name) => All.Single(sample => sample.Name == name);

    private static IEnumerable<ServerSample> Handshakes() =>
    [
        new("handshake-answer", format => HandshakeProtocol.GetSuccessfulHandshake(format.Protocol).ToArray()),
        new("handshake-refused", _ => Refused(new HandshakeResponseMessage("The protocol 'xml' is not supported."))),
    ];

    private static IEnumerable<ServerSample> Answers() =>
    [
        Answer("answer-authenticate", 1, new AuthenticateResult(
            "ann",
            ["any", "label:admin", "label:observer", "user:ann", "user:ann/verified", "users", "users/verified"],
            At("10:30:00"))),
        new("answer-update-profile", Completion(2, result: null)),
        Answer("answer-subscribe", 3, new SubscribeResult("default", null, [new() { Channel = "chat:lobby", Position = Lobby(6) }])),
        Answer("answer-subscribe-list", 4, new SubscribeResult("default", null, [
            new() { Channel = "chat:lobby", Position = Lobby(6) },
            new() { Channel = "live:scores" },
        ])),
        Answer("answer-subscribe-object", 5, new SubscribeResult("paid", Key, [
            new() { Channel = "chat:orders", Position = Orders(42), Recovered = true },
            new() { Channel = "chat:returns", Position = new("e8a6420b1f9d7c53", 3), Recovered = false, Reason = RecoveryReasons.EpochChanged },
            new() { Channel = "chat:lobby", Position = Lobby(6), Reason = RecoveryReasons.Live },
            new() { Channel = "chat:dev", Position = new("04f7a92c6be1358d", 0) },
        ])),
        Answer("answer-send", 6, new Acknowledgement(Hello.Id, Hello.Position!.Epoch, Hello.Position.Offset)),
        Answer("answer-publish", 7, new PublishResult("goal-17", "live:scores")),
        Answer("answer-publish-several", 8, new PublishResult[] { new(HalfTime.Id, "chat:lobby", Lobby(8).Epoch, 8), new(HalfTime.Id, "live:scores") }),
        Answer("answer-broadcast", 9, new BroadcastResult("019bc0fd8c397e608b7c8091a2b3c4d5")),
        Answer("answer-get-members", 10, new MembersPage(2, [GuestThere, AnnTwice])),
        Answer("answer-get-members-page", 11, new MembersPage(2, [GuestThere], "Z3Vlc3Q6N2IxZTRmOTBhMmMzNWQ2OGU5ZjAxYjJjM2Q0ZTVmNjA")),
        Answer("answer-get-history", 12, new HistoryResult(Lobby(8).Epoch, 8, [
            Read(Hello),
            Read(HalfTime with { Channel = "chat:lobby", Position = Lobby(8) }),
        ])),
        Answer("answer-get-history-page", 13, new HistoryResult(Orders(43).Epoch, 43, [Read(Paid) with { Matched = [Key] }], Orders(42))),
        Answer("answer-unsubscribe", 14, new UnsubscribeResult(true)),
        Answer("answer-authenticate-guest", 17, new AuthenticateResult(null, ["any", "guests"], null)),
    ];

    private static IEnumerable<ServerSample> Events() =>
    [
        Event("callback-event", Hello),
        Event("callback-event-several", HalfTime),
        Event("callback-event-from-server", FromServer),
        Event("callback-event-matched", PaidByGuest, matched: [Key]),
        Event("callback-event-replayed", Paid, matched: [Key], isReplayed: true),
    ];

    private static IEnumerable<ServerSample> OtherCallbacks() =>
    [
        Presence("callback-presence-join", PresenceTypes.Join, AnnAlone),
        Presence("callback-presence-update", PresenceTypes.Update, AnnTwice),
        Presence("callback-presence-leave", PresenceTypes.Leave, GuestThere with { Connections = 0 }),
        Notice("callback-subscription-revoked", new("team:blue:room", SubscriptionStates.Revoked, ErrorCodes.TokenExpired)),
        Notice("callback-subscription-gap", new("chat:lobby", SubscriptionStates.Gap, SubscriptionStates.Presence)),
        Notice("callback-subscription-gap-lost", new("chat:orders", SubscriptionStates.Gap, RecoveryReasons.EpochChanged, "9b6f0d2c415e7a38", 0)),
        Notice("callback-subscription-position", new("chat:orders", SubscriptionStates.Position, Epoch: Orders(57).Epoch, Offset: 57)),
    ];

    private static IEnumerable<ServerSample> Rest()
    {
        var denied = new Error(ErrorCodes.PermissionDenied, "You may not publish in 'chat:lobby'.");
        var tooOften = new Error(ErrorCodes.RateLimited, "Publish is allowed 10 times in 00:00:20.", RetryAfter: 2);
        var expired = new Error(ErrorCodes.TokenExpired, "The credential has expired; connect with a new one.");
        return
        [
            new("error", Completion(6, denied)),
            new("error-rate-limited", Completion(6, tooOften)),
            new("ping", Written(PingMessage.Instance)),
            new("close", Written(new CloseMessage(expired.ToString(), allowReconnect: true))),
        ];
    }

    private static ServerSample Answer<T>(string name, int id, T result) => new(name, Completion(id, result), typeof(T));

    private static ServerSample Event(string name, Publication publication, IReadOnlyList<string>? matched = null, bool isReplayed = false) =>
        new(name, format => format.Encoding.Encode(publication, matched ?? [], isReplayed), typeof(EventMessage));

    private static ServerSample Presence(string name, string type, Member member) =>
        new(name, format => format.Encoding.Encode(new PresenceMessage("chat:lobby", type, member)), typeof(PresenceMessage));

    private static ServerSample Notice(string name, SubscriptionMessage message) =>
        new(name, Written(new InvocationMessage(Callbacks.Subscription, [message])), typeof(SubscriptionMessage));

    private static Func<HubFormat, ReadOnlyMemory<byte>> Completion(int id, object? result) =>
        Written(CompletionMessage.WithResult(id.ToString(CultureInfo.InvariantCulture), result));

    private static Func<HubFormat, ReadOnlyMemory<byte>> Written(HubMessage message) => format => format.Protocol.GetMessageBytes(message);

    private static ReadOnlyMemory<byte> Refused(HandshakeResponseMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        HandshakeProtocol.WriteResponseMessage(message, buffer);
        return buffer.WrittenMemory;
    }

    // A publication as history has it.
    private static EventMessage Read(Publication publication) => new()
    {
        Channel = publication.Channel,
        Event = publication.Event,
        Data = JsonElement.Parse(publication.Data.Span),
        Id = publication.Id,
        Epoch = publication.Position!.Epoch,
        Offset = publication.Position.Offset,
        Time = publication.Time,
        Sender = publication.Sender,
        Channels = publication.Channels,
    };

    private static Position Lobby(long offset) => new("9f3c2a71d04be685", offset);

    private static Position Orders(long offset) => new(CallSamples.OrdersEpoch, offset);

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-01-15T{time}Z", CultureInfo.InvariantCulture);

    private static ReadOnlyMemory<byte> Json(string text) => Encoding.UTF8.GetBytes(text);
}
