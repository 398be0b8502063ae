using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// What <c>IHubContext&lt;RealtimeHub&gt;</c> reaches, on every node: groups are channels, everybody and every user have one, and no
/// send waits for a client. What concerns one connection is done here if it is here, and asked of the other nodes if it is not.
/// </summary>
internal sealed class GatewayHubLifetimeManager(
    SessionServices services,
    IBroker broker,
    NodeMessenger nodes,
    HubProtocols protocols,
    ClientResults results,
    RemoteCalls remoteCalls) : HubLifetimeManager<RealtimeHub>
{
    public override Task OnConnectedAsync(HubConnectionContext connection) =>
        ConnectionOf(connection).OpenSessionAsync(connection, services);

    public override Task OnDisconnectedAsync(HubConnectionContext connection) => ConnectionOf(connection).CloseSessionAsync();

    public override Task SendAllAsync(string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendAllExceptAsync(methodName, args, [], cancellationToken);

    public override Task SendAllExceptAsync(
        string methodName,
        object?[] args,
        IReadOnlyList<string> excludedConnectionIds,
        CancellationToken cancellationToken = default) =>
        SendToAsync([ChannelName.All], methodName, args, excludedConnectionIds, cancellationToken);

    public override Task SendConnectionAsync(string connectionId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendConnectionsAsync([connectionId], methodName, args, cancellationToken);

    public override async Task SendConnectionsAsync(
        IReadOnlyList<string> connectionIds,
        string methodName,
        object?[] args,
        CancellationToken cancellationToken = default)
    {
        var message = protocols.Encode(invocationId: null, methodName, args);
        var elsewhere = new List<string>();
        foreach (var id in connectionIds)
        {
            if (services.Registry.Find(id) is { } session)
            {
                session.Deliver(message);
            }
            else
            {
                elsewhere.Add(id);
            }
        }

        if (elsewhere.Count > 0)
        {
            await nodes.TellAsync(NodeChannels.All, new HubErrand.Send(elsewhere, message.Bytes).Write(), cancellationToken);
        }
    }

    public override Task SendGroupAsync(string groupName, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendGroupExceptAsync(groupName, methodName, args, [], cancellationToken);

    public override Task SendGroupsAsync(
        IReadOnlyList<string> groupNames,
        string methodName,
        object?[] args,
        CancellationToken cancellationToken = default) =>
        SendToAsync([.. groupNames.Select(ChannelOf)], methodName, args, [], cancellationToken);

    public override Task SendGroupExceptAsync(
        string groupName,
        string methodName,
        object?[] args,
        IReadOnlyList<string> excludedConnectionIds,
        CancellationToken cancellationToken = default) =>
        SendToAsync([ChannelOf(groupName)], methodName, args, excludedConnectionIds, cancellationToken);

    public override Task SendUserAsync(string userId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendUsersAsync([userId], methodName, args, cancellationToken);

    public override Task SendUsersAsync(
        IReadOnlyList<string> userIds,
        string methodName,
        object?[] args,
        CancellationToken cancellationToken = default) =>
        SendToAsync([.. userIds.Select(ChannelName.OfUser)], methodName, args, [], cancellationToken);

    public override async Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
    {
        var channel = ChannelOf(groupName);
        if (services.Registry.Find(connectionId) is { } session)
        {
            await session.GrantAsync(channel, cancellationToken);
        }
        else
        {
            await nodes.AskAsync(NodeChannels.All, new HubErrand.Join(connectionId, channel).Write(), cancellationToken);
        }
    }

    public override async Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
    {
        var channel = ChannelOf(groupName);
        if (services.Registry.Find(connectionId) is { } session)
        {
            await session.ExpelAsync(channel, cancellationToken);
        }
        else
        {
            await nodes.AskAsync(NodeChannels.All, new HubErrand.Leave(connectionId, channel).Write(), cancellationToken);
        }
    }

    public override Task<T> InvokeConnectionAsync<T>(
        string connectionId,
        string methodName,
        object?[] args,
        CancellationToken cancellationToken)
    {
        var callId = results.NewId();
        var invocation = protocols.Encode(callId, methodName, args);
        return services.Registry.Find(connectionId)?.Connection is SignalRConnection connection
            ? InvokeHereAsync<T>(connection, callId, invocation, cancellationToken)
            : remoteCalls.InvokeAsync<T>(connectionId, callId, invocation, cancellationToken);
    }

    public override Task SetConnectionResultAsync(string connectionId, CompletionMessage result)
    {
        results.Complete(connectionId, result);
        return Task.CompletedTask;
    }

    public override bool TryGetReturnType(string invocationId, [NotNullWhen(true)] out Type? type) => results.TryGetType(invocationId, out type);

    private static SignalRConnection ConnectionOf(HubConnectionContext connection) =>
        connection.Features.GetRequiredFeature<SignalRConnection>();

    // In what nodes say to each other no session has a place, and no message of server code.
    private static string ChannelOf(string groupName) => NodeChannels.IsReserved(groupName)
        ? throw new ArgumentException($"The group '{groupName}' is the gateway's own: nodes speak to each other in it. Take another name.", nameof(groupName))
        : groupName;

    private async Task SendToAsync(
        IReadOnlyList<string> channels,
        string method,
        object?[] args,
        IReadOnlyList<string> excludedConnectionIds,
        CancellationToken cancellationToken)
    {
        var message = new SentMessage(protocols.Encode(invocationId: null, method, args), excludedConnectionIds.ToHashSet(StringComparer.Ordinal));
        var bytes = message.Write();
        await Task.WhenAll(channels.Select(channel => broker.SendAsync(channel, bytes, cancellationToken).AsTask()));
    }

    private async Task<T> InvokeHereAsync<T>(
        SignalRConnection connection,
        string callId,
        OutboundBytes invocation,
        CancellationToken cancellationToken)
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.Aborted);
        var answer = results.Add<T>(callId, connection.Id, until.Token);
        connection.Outlet.Send(invocation);
        try
        {
            return await answer;
        }
        catch (HubException) when (connection.Aborted.IsCancellationRequested)
        {
            throw new IOException($"Connection '{connection.Id}' disconnected.");
        }
    }
}
