using RealtimeGateway.Client;
using RealtimeGateway.Contracts;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Clients;

/// <summary>A <see cref="RealtimeClient"/>.</summary>
internal sealed class DotNetClient : ICheckedClient, IAsyncDisposable
{
    private readonly RealtimeClient _client;
    private readonly string _channel;

    private DotNetClient(RealtimeClient client, string channel, ClientLog log)
    {
        _client = client;
        _channel = channel;
        Log = log;
    }

    public ClientLog Log { get; }

    /// <summary>Connects one, and subscribes.</summary>
    public static async Task<DotNetClient> StartAsync(Uri hub, string channel, string token, bool speaksMessagePack, ClientLog log)
    {
        var options = new RealtimeClientOptions { Token = _ => ValueTask.FromResult<string?>(token) };
        var client = new RealtimeClient(hub, speaksMessagePack ? options with { Protocol = new MessagePackHubProtocol() } : options);
        client.StateChanged += (_, change) =>
        {
            if (change is ConnectionStateChange { State: ClientState.Connected })
            {
                log.Connected();
            }
        };
        var subscription = await client.SubscribeAsync(
            channel,
            e => log.Event(new Position(e.Epoch!, e.Offset!.Value), e.Id, e.Data.GetString()!, e.Replayed),
            new SubscriptionOptions { OnNotice = notice => log.Notice($"{notice.Kind} {notice.Reason}".Trim()) });
        log.Subscribed(subscription.Answer!.Channels[0].Position!);
        return new DotNetClient(client, channel, log);
    }

    public async Task<PublishOutcome> SendAsync(string text)
    {
        try
        {
            var acknowledged = await _client.SendAsync(_channel, "message", text);
            return new PublishOutcome(acknowledged.Id, new Position(acknowledged.Epoch!, acknowledged.Offset!.Value));
        }
        catch (RealtimeException exception)
        {
            return new PublishOutcome(Id: null, Code: exception.Error.Code);
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
