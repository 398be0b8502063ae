using System.Text.Json;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>What every sample of a call means, in the order in which a client makes them.</summary>
internal static class CallSamples
{
    /// <summary>The epoch of <c>chat:orders</c> in the samples.</summary>
    public const string OrdersEpoch = "27e0b1c46a8d93f5";

    /// <summary>The token in the samples. Nobody has signed it.</summary>
    public const string Token =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm4iLCJleHAiOjE3Njg0NzMwMDB9.rY0zZ1bq3gqg0zCkH0m0mQ0m1n2o3p4q5r6s7t8u9v0";

    private static readonly string[] OrderEvents = ["order.*.paid", "order.*.refunded"];

    private static readonly FilterCondition[] LargeOrders =
    [
        new() { Method = "greaterThan", Attribute = "total", Values = [Json("100")] },
        new()
        {
            Method = "or",
            Values =
            [
                Json("""{"method":"equal","attribute":"customer.country","values":["DE","FR"]}"""),
                Json("""{"method":"isNull","attribute":"customer.country"}"""),
            ],
        },
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CallSample> All { get; } =
    [
        new("call-authenticate", "Authenticate", [Token], typeof(AuthenticateResult)),
        new("call-update-profile", "UpdateProfile", [Json("""{"name":"Ann","mood":"good"}""")], Answer: null),
        new(
            "call-subscribe",
            "Subscribe",
            [new SubscribeRequest { Channels = [new("chat:lobby")] }],
            typeof(SubscribeResult),
            """[{"channels":["chat:lobby"],"id":null,"hidden":false,"echo":true}]"""),
        new(
            "call-subscribe-list",
            "Subscribe",
            [new SubscribeRequest { Channels = [new("chat:lobby"), new("live:scores")] }],
            typeof(SubscribeResult),
            """[{"channels":["chat:lobby","live:scores"],"id":null,"hidden":false,"echo":true}]"""),
        new("call-subscribe-object", "Subscribe", [Everything], typeof(SubscribeResult)),
        new("call-send", "Send", ["chat:lobby", "message", Json("""{"text":"hello"}""")], typeof(Acknowledgement)),
        new(
            "call-publish",
            "Publish",
            [new PublishRequest { Channel = "live:scores", Event = "goal", Data = Json("""{"home":1,"away":0}"""), Id = "goal-17", Echo = false }],
            typeof(PublishResult)),
        new(
            "call-publish-several",
            "Publish",
            [new PublishRequest { Channels = ["chat:lobby", "live:scores"], Event = "message", Data = Json("""{"text":"half time"}""") }],
            typeof(PublishResult[]),
            """[{"channels":["chat:lobby","live:scores"],"event":"message","data":{"text":"half time"},"echo":true}]"""),
        new("call-broadcast", "Broadcast", ["notice", Json("""{"text":"Back at ten."}""")], typeof(BroadcastResult)),
        new(
            "call-get-members",
            "GetMembers",
            [new MembersRequest { Channel = "chat:lobby" }],
            typeof(MembersPage),
            """[{"channel":"chat:lobby","cursor":null,"limit":100}]"""),
        new(
            "call-get-members-page",
            "GetMembers",
            [new MembersRequest { Channel = "chat:lobby", Cursor = "Z3Vlc3Q", Limit = 1 }],
            typeof(MembersPage)),
        new(
            "call-get-history",
            "GetHistory",
            [new HistoryRequest { Channel = "chat:lobby" }],
            typeof(HistoryResult),
            """[{"channel":"chat:lobby","since":null,"limit":100,"reverse":false}]"""),
        new(
            "call-get-history-page",
            "GetHistory",
            [
                new HistoryRequest
                {
                    Channel = "chat:orders",
                    Since = new Position(OrdersEpoch, 43),
                    Limit = 1,
                    Reverse = true,
                    Events = OrderEvents,
                    Filter = LargeOrders,
                },
            ],
            typeof(HistoryResult)),
        new(
            "call-unsubscribe",
            "Unsubscribe",
            [new UnsubscribeRequest { Channels = ["chat:lobby"] }],
            typeof(UnsubscribeResult),
            """[["chat:lobby"]]"""),
        new("call-unsubscribe-list", "Unsubscribe", [new UnsubscribeRequest { Channels = ["chat:lobby", "live:scores"] }], typeof(UnsubscribeResult)),
        new("call-unsubscribe-id", "Unsubscribe", [new UnsubscribeRequest { Id = "paid" }], typeof(UnsubscribeResult)),
        new("call-authenticate-guest", "Authenticate", [null], typeof(AuthenticateResult)),
    ];

    /// <summary>What they are called.</summary>
    public static IEnumerable<string> Names => All.Select(sample => sample.Name);

    /// <summary>A subscription that says all that one can say.</summary>
    public static SubscribeRequest Everything => new()
    {
        Channels =
        [
            new("chat:orders", new Position(OrdersEpoch, 41)),
            new("chat:returns", new Position("c3d9e5f7a1b20468", 8)),
            new("chat:lobby", new Position("9f3c2a71d04be685", 5)),
            new("chat:dev"),
        ],
        Id = "paid",
        Hidden = true,
        Echo = false,
        Events = OrderEvents,
        Filter = LargeOrders,
    };

    /// <summary>The sample of this name.</summary>
    public static CallSample Get(string name) => All.Single(sample => sample.Name == name);

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
