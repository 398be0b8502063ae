using System.Threading.Channels;
using RealtimeGateway.Backplane;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>A node's ear: what the broker brought, in order.</summary>
internal sealed class RecordingHandler : IBrokerHandler
{
    private readonly Channel<Publication> _heard = System.Threading.Channels.Channel.CreateUnbounded<Publication>();

    public void OnPublication(Publication publication) => _heard.Writer.TryWrite(publication);

    public Task<Publication> NextAsync() => _heard.Reader.ReadAsync().AsTask().InTime();

    public async Task<IReadOnlyList<Publication>> NextAsync(int count)
    {
        var publications = new List<Publication>(count);
        while (publications.Count < count)
        {
            publications.Add(await NextAsync());
        }

        return publications;
    }

    /// <summary>Whether something came that nobody took.</summary>
    public bool HasMore => _heard.Reader.TryPeek(out _);
}
