using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>How the hub's messages are written in JSON, by metadata that was generated from source: without reflection.</summary>
public static class ContractsJson
{
    /// <summary>Options that know whatever a client says to the hub and hears from it, and nothing else. A new one each time, to be added to.</summary>
    public static JsonSerializerOptions CreateOptions() => new(JsonSerializerDefaults.Web) { TypeInfoResolver = HubJsonContext.Default };
}

[JsonSerializable(typeof(AuthenticateResult))]
[JsonSerializable(typeof(BroadcastResult))]
[JsonSerializable(typeof(EventMessage))]
[JsonSerializable(typeof(HistoryRequest))]
[JsonSerializable(typeof(HistoryRequestConverter.Body), TypeInfoPropertyName = "HistoryBody")]
[JsonSerializable(typeof(HistoryResult))]
[JsonSerializable(typeof(MembersPage))]
[JsonSerializable(typeof(MembersRequest))]
[JsonSerializable(typeof(MembersRequestConverter.Body), TypeInfoPropertyName = "MembersBody")]
[JsonSerializable(typeof(PresenceMessage))]
[JsonSerializable(typeof(PublishRequest))]
[JsonSerializable(typeof(PublishRequestConverter.Body), TypeInfoPropertyName = "PublishBody")]
[JsonSerializable(typeof(PublishResult))]
[JsonSerializable(typeof(PublishResult[]))]
[JsonSerializable(typeof(SubscribeRequest))]
[JsonSerializable(typeof(SubscribeRequestConverter.SubscribeBody))]
[JsonSerializable(typeof(List<ChannelRequest>))]
[JsonSerializable(typeof(ChannelRequestConverter.ChannelBody))]
[JsonSerializable(typeof(FilterConditionConverter.Body), TypeInfoPropertyName = "FilterBody")]
[JsonSerializable(typeof(IReadOnlyList<JsonElement>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(SubscribeResult))]
[JsonSerializable(typeof(ChannelResultConverter.Flat), TypeInfoPropertyName = "ChannelResultBody")]
[JsonSerializable(typeof(SubscriptionMessage))]
[JsonSerializable(typeof(UnsubscribeRequest))]
[JsonSerializable(typeof(UnsubscribeRequestConverter.ById), TypeInfoPropertyName = "UnsubscribeById")]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(UnsubscribeResult))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonElement?))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class HubJsonContext : JsonSerializerContext;
