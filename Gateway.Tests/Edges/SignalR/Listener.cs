using Microsoft.AspNetCore.SignalR.Client;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>A client to which server code sends texts by the method <c>Told</c>; <c>end</c> is the last of them.</summary>
internal sealed class Listener
{
    private readonly System.Threading.Channels.Channel<string> _told = System.Threading.Channels.Channel.CreateUnbounded<string>();

    private Listener(TestClient client, string id)
    {
        Client = client;
        Id = id;
        client.Hub.On<string>("Told", text => _told.Writer.TryWrite(text));
    }

    public TestClient Client { get; }

    /// <summary>Its connection's id.</summary>
    public string Id { get; }

    public bool HasMore => _told.Reader.TryPeek(out _);

    public static async Task<Listener> ConnectAsync(TestGateway gateway, string? userId = null)
    {
        var client = await gateway.ConnectAsync(userId is null ? null : TestTokens.For(userId));
        return new Listener(client, await client.FindIdAsync());
    }

    public Task<string> NextAsync() => _told.Reader.ReadAsync().AsTask().InTime();

    public async Task<IReadOnlyList<string>> UntilEndAsync()
    {
        var told = new List<string>();
        while (await NextAsync() is var next && next != "end")
        {
            told.Add(next);
        }

        return told;
    }
}
