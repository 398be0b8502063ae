using System.Text.Json;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Transport;

/// <summary>What a negotiation has given: the connection's id, which others see, and the secret by which the connection is taken up.</summary>
internal sealed record Negotiation(string ConnectionId, string ConnectionToken)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) });

    /// <summary>Asks for a connection.</summary>
    /// <exception cref="HttpRequestException">It was not given. Where the gateway refused it, the inner exception is a <see cref="RealtimeException"/>.</exception>
    public static async Task<Negotiation> RunAsync(WebSocketEndPoint target, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, UrlOf(target.Uri));
        Credentials.Set(target.ApiKey, token, (name, value) => request.Headers.TryAddWithoutValidation(name, value));
        using var response = await Http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            var headers = response.Headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase);
            var refusal = HttpRefusal.Find(response.StatusCode, headers);
            throw new HttpRequestException(
                refusal?.Message ?? $"The negotiation failed with status {(int)response.StatusCode}.",
                refusal is null ? null : new RealtimeException(refusal),
                response.StatusCode);
        }

        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var answer = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken).ConfigureAwait(false);
        return new Negotiation(Text(answer, "connectionId"), Text(answer, "connectionToken"));
    }

    /// <summary>Where the connection is taken up.</summary>
    public Uri Complete(Uri hub)
    {
        var id = "id=" + Uri.EscapeDataString(ConnectionToken);
        return new UriBuilder(hub) { Query = hub.Query.Length > 1 ? $"{hub.Query}&{id}" : id }.Uri;
    }

    private static Uri UrlOf(Uri hub)
    {
        var url = new UriBuilder(hub)
        {
            Scheme = hub.Scheme switch { "ws" => "http", "wss" => "https", var scheme => scheme },
            Query = hub.Query.Length > 1 ? hub.Query + "&negotiateVersion=1" : "negotiateVersion=1",
        };
        url.Path = url.Path.TrimEnd('/') + "/negotiate";
        return url.Uri;
    }

    private static string Text(JsonDocument answer, string name) =>
        answer.RootElement.TryGetProperty(name, out var value) && value.GetString() is { } text
            ? text
            : throw new HttpRequestException($"The negotiation's answer has no {name}.");
}
