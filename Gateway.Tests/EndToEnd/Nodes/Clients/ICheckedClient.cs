namespace RealtimeGateway.Tests.EndToEnd.Nodes.Clients;

/// <summary>A client of ours, in any language, that hears one channel and publishes in it.</summary>
internal interface ICheckedClient
{
    /// <summary>What it was handed.</summary>
    ClientLog Log { get; }

    /// <summary>Publishes this text, and returns when the client says what became of it.</summary>
    Task<PublishOutcome> SendAsync(string text);
}
