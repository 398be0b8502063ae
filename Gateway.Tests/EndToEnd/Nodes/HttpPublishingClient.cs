namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>A backend that publishes over HTTP.</summary>
internal sealed class HttpPublishingClient(ServerApi api) : IPublishingClient
{
    public Task<PublishOutcome> PublishAsync(ClusterNode node, string channel, string data, string? id) =>
        api.PublishAsync(node, channel, data, id);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
