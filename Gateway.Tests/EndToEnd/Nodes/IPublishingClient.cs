namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>One who publishes, one publication after another.</summary>
internal interface IPublishingClient : IAsyncDisposable
{
    /// <summary>Publishes on a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="data">The payload, a text.</param>
    /// <param name="id">Its id; null lets the gateway choose one.</param>
    Task<PublishOutcome> PublishAsync(ClusterNode node, string channel, string data, string? id);
}
