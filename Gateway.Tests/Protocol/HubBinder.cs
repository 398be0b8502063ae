using Microsoft.AspNetCore.SignalR;
using RealtimeGateway.Edges.SignalR;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>What the hub's methods take, as SignalR asks for it.</summary>
internal sealed class HubBinder : IInvocationBinder
{
    public IReadOnlyList<Type> GetParameterTypes(string methodName) =>
        [.. typeof(RealtimeHub).GetMethod(methodName)!.GetParameters().Select(parameter => parameter.ParameterType)];

    public Type GetReturnType(string invocationId) => throw new NotSupportedException("The server calls nobody here.");

    public Type GetStreamItemType(string streamId) => throw new NotSupportedException("Nothing is streamed here.");
}
