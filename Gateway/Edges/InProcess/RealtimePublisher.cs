using System.Text.Json;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.InProcess;

internal sealed class RealtimePublisher(Publisher publisher) : IRealtimePublisher
{
    public async ValueTask<PublishResult> PublishAsync<T>(string channel, string @event, T data, CancellationToken cancellationToken = default)
    {
        var publication = new PublishRequest
        {
            Channel = channel,
            Event = @event,
            Data = JsonSerializer.SerializeToElement(data, JsonSerializerOptions.Web),
        };
        return (await PublishAsync(publication, cancellationToken))[0];
    }

    public async ValueTask<IReadOnlyList<PublishResult>> PublishAsync(PublishRequest publication, CancellationToken cancellationToken = default)
    {
        // A document may have been read with comments in it, which its own text still has.
        var data = publication.Data.ValueKind == JsonValueKind.Undefined ? default : JsonSerializer.SerializeToElement(publication.Data);
        var draft = Draft.Of(publication with { Data = data }, sender: null);
        return (await publisher.PublishAsync(publisher.Prepare(draft).OrThrow(), cancellationToken)).OrThrow();
    }

    public async ValueTask<BroadcastResult> BroadcastAsync<T>(string @event, T data, CancellationToken cancellationToken = default) =>
        new((await PublishAsync(ChannelName.All, @event, data, cancellationToken)).Id);
}
