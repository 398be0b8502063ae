using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.Support;

/// <summary>A reader of an event stream, by .NET's own parser, that reads only when it is asked for the next event.</summary>
internal sealed class SseClient : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly SseParser<string> _parser;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private SseClient(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _parser = SseParser.Create(stream);
        _events = _parser.EnumerateAsync().GetAsyncEnumerator();
    }

    /// <summary>The id of the last event that had one: what a client comes back with.</summary>
    public string LastId => _parser.LastEventId;

    /// <summary>What the stream said of what was asked for.</summary>
    public SubscribeResult? Answer { get; private set; }

    /// <summary>A request for a stream, whatever is answered.</summary>
    public static async Task<HttpResponseMessage> GetAsync(TestGateway gateway, string query, string? token = null, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sse" + query);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (lastId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        }

        return await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime();
    }

    /// <summary>A stream that has begun.</summary>
    public static async Task<SseClient> OpenAsync(TestGateway gateway, string query, string? token = null, string? lastId = null)
    {
        var response = await GetAsync(gateway, query, token, lastId);
        Assert.That(response.IsSuccessStatusCode, Is.True, () => response.Content.ReadAsStringAsync().Result);
        return new SseClient(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>A stream that has begun, read to its answer; what came before that is laid out in order.</summary>
    public static async Task<(SseClient Client, IReadOnlyList<EventMessage> Before)> SubscribeAsync(
        TestGateway gateway,
        string query,
        string? token = null,
        string? lastId = null)
    {
        var client = await OpenAsync(gateway, query, token, lastId);
        var before = new List<EventMessage>();
        while (true)
        {
            var next = await client.NextAsync();
            if (next.EventType == "subscribed")
            {
                client.Answer = Parse<SubscribeResult>(next);
                return (client, before);
            }

            if (next.EventType == "event")
            {
                before.Add(Parse<EventMessage>(next));
            }
        }
    }

    /// <summary>The next event, whatever it is.</summary>
    public async Task<SseItem<string>> NextAsync() => await TryNextAsync() ?? throw new AssertionException("The stream has ended.");

    /// <summary>The next event, whatever it is; null at the end of the stream.</summary>
    public async Task<SseItem<string>?> TryNextAsync() => await _events.MoveNextAsync().AsTask().InTime() ? _events.Current : null;

    /// <summary>The next event of this name; others are passed over.</summary>
    public async Task<T> NextAsync<T>(string name)
    {
        while (true)
        {
            var next = await NextAsync();
            if (next.EventType == name)
            {
                return Parse<T>(next);
            }
        }
    }

    /// <summary>The next publication.</summary>
    public Task<EventMessage> NextEventAsync() => NextAsync<EventMessage>("event");

    /// <summary>Cuts the connection.</summary>
    public void Dispose() => _response.Dispose();

    private static T Parse<T>(SseItem<string> item) => JsonSerializer.Deserialize<T>(item.Data, JsonSerializerOptions.Web)!;
}
