using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>The samples of the handshake are what a live gateway takes and answers.</summary>
[TestFixture]
public sealed class HandshakeSampleTests
{
    /// <summary>The one sample that is neither a call nor the server's.</summary>
    public const string Request = "handshake-request";

    private TestGateway _gateway = null!;
    private RawClient _client = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _gateway = await TestGateway.StartAsync();
        _client = await RawClient.OpenAsync(_gateway.HubUrl);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Test]
    public async Task Request_IsAnswered()
    {
        await _client.SendAsync(Samples.Read(Request));
        Assert.That((await _client.NextAsync()).ToJsonString(), Is.EqualTo(Samples.Read("handshake-answer")));
    }

    [Test]
    public async Task Request_OfAnotherProtocol_IsRefused()
    {
        await _client.SendAsync(Samples.Read(Request).Replace("json", "xml", StringComparison.Ordinal));
        Assert.That((await _client.NextAsync()).ToJsonString(Wire.Options), Is.EqualTo(Samples.Read("handshake-refused")));
    }
}
