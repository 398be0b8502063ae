using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Edges.SignalR;

namespace RealtimeGateway.Bench.Micro;

/// <summary>A client's call of <c>Send</c> from its bytes to the arguments of the hub's method.</summary>
[MemoryDiagnoser]
public class ReadCall
{
    private static readonly SendBinder Binder = new();

    private GatewayHubProtocol _protocol = null!;
    private ReadOnlySequence<byte> _call;

    /// <summary>The format.</summary>
    [Params("json", "messagepack")]
    public string Format { get; set; } = string.Empty;

    /// <summary>Writes the call.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _protocol = new HubProtocols().Find(Format)!.Protocol;
        var data = JsonDocument.Parse(Sample.Data).RootElement;
        var call = new InvocationMessage("1", "Send", [Sample.Channel, Sample.Event, data]);
        _call = new ReadOnlySequence<byte>(_protocol.GetMessageBytes(call));
        Expect.That(
            Read() is InvocationMessage { Arguments: [Sample.Channel, Sample.Event, JsonElement { ValueKind: JsonValueKind.Object }] },
            "The call is not read as it was written.");
    }

    /// <summary>Reads it.</summary>
    [Benchmark]
    public HubMessage? Read()
    {
        var input = _call;
        return _protocol.TryParseMessage(ref input, Binder, out var message) ? message : null;
    }

    private sealed class SendBinder : IInvocationBinder
    {
        private static readonly Type[] Types = [typeof(string), typeof(string), typeof(JsonElement)];

        public IReadOnlyList<Type> GetParameterTypes(string methodName) => Types;

        public Type GetReturnType(string invocationId) => typeof(object);

        public Type GetStreamItemType(string streamId) => typeof(object);
    }
}
