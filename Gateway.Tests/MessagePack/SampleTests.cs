using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Tests.Protocol;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.MessagePack;

/// <summary>The samples of <c>testdata/protocol/messagepack</c>: each is its JSON sample, and what a live gateway reads and writes.</summary>
[TestFixture]
public sealed class SampleTests
{
    private static readonly string Folder = Repository.PathOf("testdata/protocol/messagepack");
    private static readonly HubFormat Format = new HubProtocols().Find("messagepack")!;

    private static IEnumerable<string> ServerNames => ServerSamples.Names.Where(name => !IsHandshake(name));

    [Test]
    public void EveryMessage_HasItsSample() => Assert.That(
        Directory.EnumerateFiles(Folder).Select(file => Path.GetFileName(file)),
        Is.EquivalentTo(Samples.Names.Where(name => !IsHandshake(name)).Select(name => name + ".hex")));

    [TestCaseSource(nameof(ServerNames))]
    public void Message_IsWrittenAsItsSample(string name) =>
        Assert.That(Convert.ToHexStringLower(ServerSamples.Get(name).WrittenAs(Format).Span), Is.EqualTo(Read(name)));

    [TestCaseSource(typeof(CallSamples), nameof(CallSamples.Names))]
    public void Call_IsReadAsItsRequest(string name)
    {
        var sample = CallSamples.Get(name);
        var carried = new ReadOnlySequence<byte>(Convert.FromHexString(Read(name)));
        Assert.That(Format.Protocol.TryParseMessage(ref carried, new HubBinder(), out var message), Is.True);

        var call = (InvocationMessage)message!;
        Assert.Multiple(() =>
        {
            Assert.That(carried.IsEmpty, Is.True);
            Assert.That(call.InvocationId, Is.EqualTo(JsonElement.Parse(Samples.Read(name)).GetProperty("invocationId").GetString()));
            Assert.That(call.Target, Is.EqualTo(sample.Method));
            Assert.That(Written(call.Arguments), Is.EqualTo(Written(sample.Arguments)));
        });
    }

    private static bool IsHandshake(string name) => name.StartsWith("handshake-", StringComparison.Ordinal);

    private static string Read(string name) => File.ReadAllLines(Path.Combine(Folder, name + ".hex")).Single();

    private static string Written(object?[] arguments) => JsonSerializer.Serialize(arguments, JsonSerializerOptions.Web);
}
