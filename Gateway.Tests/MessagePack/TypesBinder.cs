using Microsoft.AspNetCore.SignalR;

namespace RealtimeGateway.Tests.MessagePack;

/// <summary>A method takes these; a result and an item of a stream is the first of them. <c>Nope</c> is not known.</summary>
internal sealed class TypesBinder(params Type[] types) : IInvocationBinder
{
    public IReadOnlyList<Type> GetParameterTypes(string methodName) => Known(methodName) ? types : throw new HubException("Method does not exist.");

    public Type GetReturnType(string invocationId) => Known(invocationId) ? types[0] : throw new InvalidOperationException("Nobody waits for it.");

    public Type GetStreamItemType(string streamId) => Known(streamId) ? types[0] : throw new KeyNotFoundException("There is no such stream.");

    private static bool Known(string name) => name != "Nope";
}
