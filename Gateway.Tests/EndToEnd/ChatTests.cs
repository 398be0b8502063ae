using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

[TestFixture]
public sealed class ChatTests
{
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync() => _gateway = await TestGateway.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task WhatOneSends_EverybodyInTheChannelHears_TheSenderToo()
    {
        var ann = await _gateway.ConnectAsync(TestTokens.For("ann"));
        var guest = await _gateway.ConnectAsync();
        await ann.SubscribeAsync("chat:lobby");
        await guest.SubscribeAsync("chat:lobby");

        var sent = await ann.SendAsync("chat:lobby", "message", new { text = "hello" });

        foreach (var client in new[] { ann, guest })
        {
            var heard = await client.NextEventAsync();
            Assert.Multiple(() =>
            {
                Assert.That(heard.Channel, Is.EqualTo("chat:lobby"));
                Assert.That(heard.Event, Is.EqualTo("message"));
                Assert.That(heard.Data.GetProperty("text").GetString(), Is.EqualTo("hello"));
                Assert.That(heard.Id, Is.EqualTo(sent.Id));
                Assert.That(heard.Epoch, Is.EqualTo(sent.Epoch));
                Assert.That(heard.Offset, Is.EqualTo(1).And.EqualTo(sent.Offset));
                Assert.That(heard.Sender!.UserId, Is.EqualTo("ann"));
                Assert.That(heard.Time.Offset, Is.EqualTo(TimeSpan.Zero));
            });
        }
    }
}
