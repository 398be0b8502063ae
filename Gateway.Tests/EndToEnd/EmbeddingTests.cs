using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RealtimeGateway.Client;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>The gateway in an application that has a life of its own.</summary>
[TestFixture]
public sealed class EmbeddingTests
{
    [Test]
    public async Task HostsOwnHubAndEndpoints_StayAsTheyAre()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Gateway:Channels:0:Pattern", "chat:*"), KeyValuePair.Create<string, string?>("Gateway:Channels:0:Read:0", "any")]);
        builder.Services.AddSignalR();
        builder.Services.AddRealtimeGateway(options => options.Channels[0].Write.Add("any"));
        await using var app = builder.Build();
        app.MapRealtimeGateway();
        app.MapHub<OwnHub>("/own");
        app.MapGet("/who", (HttpContext context) => context.User.Identity?.Name ?? "nobody");
        await app.StartAsync();
        var url = app.Urls.Single();

        await using var own = new HubConnectionBuilder().WithRealtimeGateway(url + "/own").Build();
        await own.StartAsync().InTime();
        await using var client = await TestClient.ConnectAsync(url + "/realtime", token: null);
        await client.SubscribeAsync("chat:lobby");
        await client.SendAsync("chat:lobby", "message", 1);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, url + "/who");
        request.Headers.Authorization = new("Bearer", "not ours to judge");

        Assert.Multiple(async () =>
        {
            Assert.That((await client.NextEventAsync()).Channel, Is.EqualTo("chat:lobby"));
            Assert.That(await own.InvokeAsync<string>("Echo", "hello").InTime(), Is.EqualTo("hello"));
            Assert.That(
                Assert.CatchAsync<HubException>(() => own.InvokeAsync("Fail").InTime())!.Message,
                Is.EqualTo("An unexpected error occurred invoking 'Fail' on the server. HubException: own words"));
            using var response = await http.SendAsync(request);
            Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("nobody"));
        });
    }

    [SuppressMessage("Performance", "CA1822", Justification = "SignalR calls instance methods.")]
    private sealed class OwnHub : Hub
    {
        public string Echo(string text) => text;

        public void Fail() => throw new HubException("own words");
    }
}
