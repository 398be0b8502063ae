using System.Text.Json;
using RealtimeGateway.Edges.SignalR;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>The server writes every message as its sample is, and the contract's records read it so.</summary>
[TestFixture]
public sealed class ServerMessageTests
{
    [TestCaseSource(typeof(ServerSamples), nameof(ServerSamples.Names))]
    public void Message_IsWrittenAsItsSample(string name) =>
        Assert.That(Wire.MessageIn(ServerSamples.Get(name).WrittenAs(new HubProtocols().Json)), Is.EqualTo(Samples.Read(name)));

    [TestCaseSource(typeof(ServerSamples), nameof(ServerSamples.NamesWithRecord))]
    public void Record_LosesNothingOfItsSample(string name)
    {
        var message = JsonElement.Parse(Samples.Read(name));
        var payload = message.TryGetProperty("result", out var result) ? result : message.GetProperty("arguments")[0];
        Assert.That(Wire.Through(ServerSamples.Get(name).Record!, payload.GetRawText()), Is.EqualTo(payload.GetRawText()));
    }
}
