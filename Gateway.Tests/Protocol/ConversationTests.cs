using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>A client that makes the calls of the samples, one after another, is answered by a live gateway.</summary>
[TestFixture]
public sealed class ConversationTests
{
    [Test]
    public async Task Calls_AreAnswered_EachByItsRecord()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = await gateway.ConnectRawAsync();
        var token = TestTokens.For("ann", new { email_verified = true, labels = new[] { "admin", "observer" } });
        var orders = await client.InvokeAsync("GetHistory", """[{"channel":"chat:orders"}]""");
        var epoch = orders["result"]!["epoch"]!.GetValue<string>();

        foreach (var sample in CallSamples.All)
        {
            await client.SendAsync(Samples.Read(sample.Name)
                .Replace(CallSamples.Token, token, StringComparison.Ordinal)
                .Replace(CallSamples.OrdersEpoch, epoch, StringComparison.Ordinal));
            var answer = await client.NextOfTypeAsync(3);

            Assert.That(answer.AsObject().ContainsKey("result"), Is.True, $"{sample.Name}: {answer["error"]}");
            var result = answer["result"]?.ToJsonString(Wire.Options);
            Assert.That(result, Is.EqualTo(sample.Answer is null ? null : Wire.Through(sample.Answer, result!)), sample.Name);
        }
    }
}
