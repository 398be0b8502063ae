using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>The user of a connection of the hub is who was admitted.</summary>
internal sealed class AdmittedUserId : IUserIdProvider
{
    public string? GetUserId(HubConnectionContext connection) =>
        connection.Features.GetRequiredFeature<SignalRConnection>().Admitted.Identity.UserId;
}
