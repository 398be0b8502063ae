using System.Net.WebSockets;
using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>A user who publishes over the hub, by one connection as long as it is good: <c>Publish</c> with an id, <c>Send</c> without.</summary>
internal sealed class HubPublishingClient(string userId) : IPublishingClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _token = TestTokens.For(userId);
    private RawClient? _client;
    private string _url = string.Empty;

    public async Task<PublishOutcome> PublishAsync(ClusterNode node, string channel, string data, string? id)
    {
        try
        {
            return await CallAsync(node.HubUrl, channel, data, id);
        }
        catch (WebSocketException exception) when (exception.Message.Contains("'503'", StringComparison.Ordinal))
        {
            return new PublishOutcome(Id: null, Code: ErrorCodes.Unavailable); // Refused at the door.
        }
        catch (Exception exception) when (Reader.IsLost(exception))
        {
            // What is answered late is no answer to the next call.
            await DisposeAsync();
            return PublishOutcome.None;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
            _client = null;
        }
    }

    private async Task<PublishOutcome> CallAsync(string url, string channel, string data, string? id)
    {
        if (_url != url)
        {
            await DisposeAsync();
            _url = url;
        }

        _client ??= await RawClient.ConnectAsync(url, _token).WaitAsync(Patience);
        var call = id is null
            ? _client.InvokeAsync("Send", JsonSerializer.Serialize(new[] { channel, "message", data }))
            : _client.InvokeAsync("Publish", JsonSerializer.Serialize(new[] { new { channel, @event = "message", data, id } }));
        var answer = await call.WaitAsync(Patience);
        if ((string?)answer["error"] is { } error)
        {
            return new PublishOutcome(Id: null, Code: error[..error.IndexOfAny([':', ';'])]);
        }

        var result = answer["result"]!;
        return new PublishOutcome(
            (string)result["id"]!,
            result["offset"] is { } offset ? new Position((string)result["epoch"]!, offset.GetValue<long>()) : null);
    }
}
