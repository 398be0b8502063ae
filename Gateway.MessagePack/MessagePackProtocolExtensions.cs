using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace RealtimeGateway.MessagePack;

/// <summary>Lets a client of SignalR speak MessagePack.</summary>
public static class MessagePackProtocolExtensions
{
    /// <summary>Speaks MessagePack instead of JSON.</summary>
    /// <param name="builder">A <c>HubConnectionBuilder</c>, or the builder of a server's hubs.</param>
    /// <param name="options">How arguments and results are bound; null for the way of SignalR's JSON protocol.</param>
    public static TBuilder AddMessagePackProtocol<TBuilder>(this TBuilder builder, JsonSerializerOptions? options = null)
        where TBuilder : ISignalRBuilder
    {
        builder.Services.AddSingleton<IHubProtocol>(options is null ? new MessagePackHubProtocol() : new MessagePackHubProtocol(options));
        return builder;
    }
}
