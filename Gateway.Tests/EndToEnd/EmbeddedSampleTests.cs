using System.Net;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>The sample of an application with the gateway inside, as it is started by hand.</summary>
[TestFixture]
public sealed class EmbeddedSampleTests
{
    private static readonly string Folder = Repository.PathOf("samples/embedded");

    private static readonly string Binary =
        Path.Combine(AppContext.BaseDirectory.Replace(Repository.PathOf("Gateway.Tests"), Folder, StringComparison.Ordinal), "Embedded.dll");

    [Test]
    public async Task Sample_PublishesForSome_ReachesConnections_AndKnowsWhoIsHere_ByItsOwnSignIn()
    {
        await using var shop = await GatewayProgram.StartHostAsync(Binary, Folder, ("ASPNETCORE_ENVIRONMENT", "Development"));
        using var stella = await SignInAsync(shop.Url, "stella");
        using var ann = await SignInAsync(shop.Url, "ann");
        using var stranger = new HttpClient { BaseAddress = new Uri(shop.Url) };
        await using var staff = await ConnectAsync(shop.Url, stella);
        await using var customer = await ConnectAsync(shop.Url, ann);
        await staff.SubscribeAsync("order:7");
        await customer.SubscribeAsync("order:7");

        Assert.Multiple(async () =>
        {
            Assert.That((await stranger.GetAsync("ticket")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), "the host's authentication");
            Assert.That((await ann.PostAsync("orders/7/sent", null)).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), "the host's policy");
            Assert.That((await stella.PostAsync("orders/7/sent", null)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(await NextAsync(staff), Is.EqualTo("state"));
            Assert.That(await NextAsync(staff), Is.EqualTo("note"), "for the staff");
            Assert.That(await NextAsync(customer), Is.EqualTo("state"));

            await stella.PostAsync("bell/ann", null);
            Assert.That(await NextAsync(customer), Is.EqualTo("bell"), "and nothing in between: the note is not for her");
            Assert.That(await staff.EventsUntilNowAsync(), Is.Empty);
            Assert.That(await stella.GetStringAsync("orders/7/watchers"), Is.EqualTo("""["ann","stella"]"""));
            Assert.That(await HistoryAsync(staff), Is.EqualTo(new[] { "state", "note" }));
            Assert.That(await HistoryAsync(customer), Is.EqualTo(new[] { "state" }));
        });
    }

    // The host's cookie is all that it has.
    private static async Task<HttpClient> SignInAsync(string url, string name)
    {
        var http = new HttpClient { BaseAddress = new Uri(url) };
        using var signedIn = await http.PostAsync("sign-in/" + name, null).InTime();
        signedIn.EnsureSuccessStatusCode();
        return http;
    }

    private static async Task<TestClient> ConnectAsync(string url, HttpClient http) =>
        await TestClient.ConnectAsync(url + "realtime", await http.GetStringAsync("ticket").InTime());

    private static async Task<string> NextAsync(TestClient client) => (await client.NextEventAsync()).Event;

    private static async Task<IEnumerable<string>> HistoryAsync(TestClient client) =>
        (await client.Hub.InvokeAsync<HistoryResult>("GetHistory", new { channel = "order:7" }).InTime()).Publications.Select(publication => publication.Event);
}
