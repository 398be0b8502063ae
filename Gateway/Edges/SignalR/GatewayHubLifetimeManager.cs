using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// What <c>IHubContext&lt;RealtimeHub&gt;</c> reaches: groups are channels, users are found by their index, and no send waits
/// for a client.
/// </summary>
internal sealed class GatewayHubLifetimeManager(SessionServices services, SignalRWire wire) : HubLifetimeManager<RealtimeHub>
{
    private static readonly HashSet<string> NobodyExcluded = [];

    private readonly ClientResults _results = new();

    public override Task OnConnectedAsync(HubConnectionContext connection) =>
        ConnectionOf(connection).OpenSessionAsync(connection, services);

    public override Task OnDisconnectedAsync(HubConnectionContext connection) => ConnectionOf(connection).CloseSessionAsync();

    public override Task SendAllAsync(string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendAllExceptAsync(methodName, args, [], cancellationToken);

    public override Task SendAllExceptAsync(
        string methodName,
        object?[] args,
        IReadOnlyList<string> excludedConnectionIds,
        CancellationToken cancellationToken = default)
    {
        var excluded = excludedConnectionIds.ToHashSet(StringComparer.Ordinal);
        return SendTo(services.Registry.All.Where(session => !excluded.Contains(session.ConnectionId)), methodName, args);
    }

    public override Task SendConnectionAsync(string connectionId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendConnectionsAsync([connectionId], methodName, args, cancellationToken);

    public override Task SendConnectionsAsync(
        IReadOnlyList<string> connectionIds,
        string methodName,
        object?[] args,
        CancellationToken cancellationToken = default) =>
        SendTo(connectionIds.Select(services.Registry.Find).OfType<Session>(), methodName, args);

    public override Task SendGroupAsync(string groupName, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendGroupExceptAsync(groupName, methodName, args, [], cancellationToken);

    public override Task SendGroupsAsync(
        IReadOnlyList<string> groupNames,
        string methodName,
        object?[] args,
        CancellationToken cancellationToken = default)
    {
        var message = new RawInvocation(wire, methodName, args);
        foreach (var group in groupNames)
        {
            services.Channels.Find(group)?.Send(message, NobodyExcluded);
        }

        return Task.CompletedTask;
    }

    public override Task SendGroupExceptAsync(
        string groupName,
        string methodName,
        object?[] args,
        IReadOnlyList<string> excludedConnectionIds,
        CancellationToken cancellationToken = default)
    {
        services.Channels.Find(groupName)?.Send(new RawInvocation(wire, methodName, args), excludedConnectionIds.ToHashSet(StringComparer.Ordinal));
        return Task.CompletedTask;
    }

    public override Task SendUserAsync(string userId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        SendUsersAsync([userId], methodName, args, cancellationToken);

    public override Task SendUsersAsync(
        IReadOnlyList<string> userIds,
        string methodName,
        object?[] args,
        CancellationToken cancellationToken = default) =>
        SendTo(userIds.SelectMany(services.Registry.OfUser), methodName, args);

    public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        services.Registry.Find(connectionId)?.GrantAsync(groupName, cancellationToken).AsTask() ?? Task.CompletedTask;

    public override Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        services.Registry.Find(connectionId)?.ExpelAsync(groupName, cancellationToken).AsTask() ?? Task.CompletedTask;

    public override async Task<T> InvokeConnectionAsync<T>(
        string connectionId,
        string methodName,
        object?[] args,
        CancellationToken cancellationToken)
    {
        if (services.Registry.Find(connectionId)?.Connection is not SignalRConnection connection)
        {
            throw new IOException($"Connection '{connectionId}' does not exist.");
        }

        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.Aborted);
        var (invocationId, answer) = _results.Add<T>(connectionId, until.Token);
        try
        {
            connection.Send(new InvocationMessage(invocationId, Callbacks.OnWire(methodName), args));
        }
        catch
        {
            // The arguments cannot be encoded. Nothing was sent, so nothing will answer.
            await until.CancelAsync();
            throw;
        }

        try
        {
            return await answer;
        }
        catch (HubException) when (connection.Aborted.IsCancellationRequested)
        {
            throw new IOException($"Connection '{connectionId}' disconnected.");
        }
    }

    public override Task SetConnectionResultAsync(string connectionId, CompletionMessage result)
    {
        _results.Complete(connectionId, result);
        return Task.CompletedTask;
    }

    public override bool TryGetReturnType(string invocationId, [NotNullWhen(true)] out Type? type) => _results.TryGetType(invocationId, out type);

    private static SignalRConnection ConnectionOf(HubConnectionContext connection) =>
        connection.Features.GetRequiredFeature<SignalRConnection>();

    private Task SendTo(IEnumerable<Session> sessions, string method, object?[] args)
    {
        var message = new RawInvocation(wire, method, args);
        foreach (var session in sessions)
        {
            session.Connection.Send(message);
        }

        return Task.CompletedTask;
    }
}
