using System.Threading.Channels;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>A node's ear: what the broker brought, in order.</summary>
internal sealed class RecordingHandler : IBrokerHandler
{
    private readonly Channel<Publication> _heard = System.Threading.Channels.Channel.CreateUnbounded<Publication>();

    private readonly Channel<(Position Top, string Reason)> _gaps = System.Threading.Channels.Channel.CreateUnbounded<(Position, string)>();
    private readonly Channel<ReadOnlyMemory<byte>> _messages = System.Threading.Channels.Channel.CreateUnbounded<ReadOnlyMemory<byte>>();

    public void OnPublication(Publication publication) => _heard.Writer.TryWrite(publication);

    public void OnGap(Position top, string reason) => _gaps.Writer.TryWrite((top, reason));

    public void OnMessage(ReadOnlyMemory<byte> message) => _messages.Writer.TryWrite(message);

    public Task<(Position Top, string Reason)> NextGapAsync() => _gaps.Reader.ReadAsync().AsTask().InTime();

    public Task<ReadOnlyMemory<byte>> NextMessageAsync() => _messages.Reader.ReadAsync().AsTask().InTime();

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
