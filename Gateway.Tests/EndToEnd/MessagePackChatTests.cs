using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>Clients of either protocol in one channel.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class MessagePackChatTests
{
    private TestGateway _gateway = null!;
    private TestClient _json = null!;
    private TestClient _packed = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync();
        _json = await _gateway.ConnectAsync(TestTokens.For("ann"));
        _gateway.SpeaksMessagePack = true;
        _packed = await _gateway.ConnectAsync(TestTokens.For("bob"));
        foreach (var client in new[] { _json, _packed })
        {
            await client.SubscribeAsync("chat:lobby");
        }
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [TestCase("null")]
    [TestCase("18446744073709551615")]
    [TestCase("-9223372036854775808")]
    [TestCase("9007199254740993")]
    [TestCase("[0.1,1.0,-0.0,1E+300]")]
    [TestCase("{\"text\":\"Grüße, 世界 🌍\",\"at\":\"2026-01-15T09:30:00.125Z\",\"none\":null,\"a\":{\"b\":[[],{}]}}")]
    public async Task WhatOneSends_BothHear_DigitByDigit(string data)
    {
        var value = JsonElement.Parse(data);
        foreach (var sender in new[] { _json, _packed })
        {
            var sent = await sender.SendAsync("chat:lobby", "message", value);
            var (byJson, byPacked) = (await _json.NextEventAsync(), await _packed.NextEventAsync());
            Assert.Multiple(() =>
            {
                Assert.That(JsonSerializer.Serialize(byPacked), Is.EqualTo(JsonSerializer.Serialize(byJson)));
                Assert.That(byPacked.Id, Is.EqualTo(sent.Id));
                Assert.That(byPacked.Data.GetRawText(), Is.EqualTo(data));
            });
        }
    }

    [Test]
    public async Task NumberBeyondAllFloats_ReachesBoth_AsNearAsCanBe()
    {
        await _json.SendAsync("chat:lobby", "message", JsonElement.Parse("[1e400,-1e400,18446744073709551616]"));
        Assert.Multiple(async () =>
        {
            Assert.That((await _json.NextEventAsync()).Data.GetRawText(), Is.EqualTo("[1e400,-1e400,18446744073709551616]"));
            Assert.That(
                (await _packed.NextEventAsync()).Data.GetRawText(),
                Is.EqualTo("[1.7976931348623157E+308,-1.7976931348623157E+308,1.8446744073709552E+19]"));
        });
    }

    [Test]
    public async Task ServerCode_ReachesBoth_AndIsAnsweredByBoth()
    {
        var hub = _gateway.Services.GetRequiredService<IHubContext<RealtimeHub>>();
        foreach (var client in new[] { _json, _packed })
        {
            client.Hub.On("Double", (int number) => 2 * number);
            var id = await client.FindIdAsync();
            Assert.That(await hub.Clients.Client(id).InvokeAsync<int>("Double", 21, default).InTime(), Is.EqualTo(42));
        }
    }

    [Test]
    public async Task History_AndMembers_AreTheSame()
    {
        await _packed.UpdateProfileAsync(new { mood = "good" });
        await _packed.SendAsync("chat:lobby", "message", new { n = 1 });
        var request = new HistoryRequest { Channel = "chat:lobby" };
        Assert.Multiple(async () =>
        {
            Assert.That(
                (await _packed.Hub.InvokeAsync<JsonElement>("GetHistory", request).InTime()).GetRawText(),
                Is.EqualTo((await _json.Hub.InvokeAsync<JsonElement>("GetHistory", request).InTime()).GetRawText()));
            Assert.That(
                JsonSerializer.Serialize(await _packed.GetMembersAsync("chat:lobby")),
                Is.EqualTo(JsonSerializer.Serialize(await _json.GetMembersAsync("chat:lobby"))));
        });
    }

    [Test]
    public async Task Error_IsWhatJsonClientsHear() =>
        Assert.That(await _packed.ErrorOfAsync("Subscribe", "nowhere"), Is.EqualTo(await _json.ErrorOfAsync("Subscribe", "nowhere")));

    [Test]
    public async Task End_IsTold_WithItsReason()
    {
        await _gateway.StopAsync();
        Assert.That((await _packed.Closed)?.Message, Does.Contain("unavailable: "));
    }
}
