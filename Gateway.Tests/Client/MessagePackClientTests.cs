using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.MessagePack;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>The client over MessagePack.</summary>
[TestFixture]
public sealed class MessagePackClientTests : ClientFixture
{
    private const string Data = """{"text":"héllo","numbers":[1,-2,0.5,9007199254740991],"nothing":null,"yes":true}""";

    private static readonly RealtimeClientOptions Packed = Quick with { Protocol = new MessagePackHubProtocol(ContractsJson.CreateOptions()) };

    [Test]
    [Behaviour("speaks-messagepack")]
    public async Task ClientsOfBothProtocols_HearEachOther_AndTheSame()
    {
        var (packed, json) = (NewClient(Packed), NewClient());
        var byPacked = await HeardSubscription.BeginAsync(packed, Lobby, new() { Filter = [new() { Method = "isNotNull", Attribute = "text" }] }).InTime();
        var byJson = await HeardSubscription.BeginAsync(json, Lobby).InTime();
        await packed.SendAsync(Lobby, "message", Json(Data)).InTime();
        await json.SendAsync(Lobby, "message", Json(Data)).InTime();
        foreach (var heard in new[] { byPacked, byJson })
        {
            Assert.That((await heard.Events.TakeAsync(2)).Select(message => message.Data.GetRawText()), Is.All.EqualTo(Json(Data).GetRawText()));
        }

        var history = await packed.HistoryAsync(Lobby).InTime();
        var denied = Assert.ThrowsAsync<RealtimeException>(() => packed.SendAsync("silent:room", "message", Json("1")).InTime());
        await packed.UpdateProfileAsync(Json("""{"name":"Guest"}""")).InTime();
        using var set = await packed.PresenceAsync(Lobby).InTime();
        Assert.Multiple(() =>
        {
            Assert.That(history.Publications, Has.Count.EqualTo(2));
            Assert.That(denied!.Error.Code, Is.EqualTo(ErrorCodes.PermissionDenied));
            Assert.That(set.Members.Count(member => member.Profile is not null), Is.EqualTo(1));
        });
    }

    [Test]
    [Behaviour("speaks-messagepack")]
    public async Task Missed_IsRecovered_OverMessagePackToo()
    {
        var client = NewClient(Packed);
        var plain = await HeardSubscription.BeginAsync(client, Lobby).InTime();
        var chosen = await HeardSubscription.BeginAsync(client, Lobby, new() { Events = ["message"] }).InTime();
        await MissAsync(() => PublishAsync(Lobby, 1, 20));
        await PublishAsync(Lobby, 21, 30);
        foreach (var heard in new[] { plain, chosen })
        {
            Assert.That((await heard.Events.TakeAsync(30)).Select(Number), Is.EqualTo(Enumerable.Range(1, 30)));
            Assert.That((await heard.Notices.NextAsync()).Kind, Is.EqualTo(SubscriptionNoticeKind.Recovered));
        }
    }
}
