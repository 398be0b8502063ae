using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Edges.SignalR;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>The server reads in each call what the samples say it means, and .NET clients write it so.</summary>
[TestFixture]
public sealed class CallTests
{
    [TestCaseSource(typeof(CallSamples), nameof(CallSamples.Names))]
    public void Call_IsReadAsItsRequest(string name)
    {
        var sample = CallSamples.Get(name);
        var carried = Wire.Carried(Samples.Read(name));

        Assert.That(new GatewayHubProtocol(new JsonHubProtocol()).TryParseMessage(ref carried, new HubBinder(), out var message), Is.True);

        var call = (InvocationMessage)message!;
        Assert.Multiple(() =>
        {
            Assert.That(carried.IsEmpty, Is.True);
            Assert.That(call.InvocationId, Is.EqualTo(IdOf(sample)));
            Assert.That(call.Target, Is.EqualTo(sample.Method));
            Assert.That(call.Arguments.Select(argument => argument?.GetType()), Is.EqualTo(sample.Arguments.Select(argument => argument?.GetType())));
            Assert.That(Written(call.Arguments), Is.EqualTo(Written(sample.Arguments)));
        });
    }

    [TestCaseSource(typeof(CallSamples), nameof(CallSamples.Names))]
    public void Request_IsWrittenAsItsCall_OrAsTheLongFormOfIt(string name)
    {
        var sample = CallSamples.Get(name);
        var call = Samples.Read(name);
        var arguments = JsonElement.Parse(call).GetProperty("arguments").GetRawText();
        var written = sample.Written ?? arguments;
        var byMicrosoft = new JsonHubProtocol().GetMessageBytes(new InvocationMessage(IdOf(sample), sample.Method, sample.Arguments));
        Assert.Multiple(() =>
        {
            Assert.That(Written(sample.Arguments), Is.EqualTo(written));
            Assert.That(Wire.MessageIn(byMicrosoft), Is.EqualTo(call.Replace(arguments, written, StringComparison.Ordinal)));
        });
    }

    // They are numbered as a client makes them.
    private static string IdOf(CallSample sample) => $"{CallSamples.Names.ToList().IndexOf(sample.Name) + 1}";

    private static string Written(object?[] arguments) => JsonSerializer.Serialize(arguments, JsonSerializerOptions.Web);
}
