using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>The API of any node, as a backend with a key uses it.</summary>
internal sealed class ServerApi : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new();

    public ServerApi() => _http.DefaultRequestHeaders.Add("X-Api-Key", Cluster.ApiKey);

    /// <summary>Publishes an event <c>message</c>.</summary>
    public async Task<PublishOutcome> PublishAsync(ClusterNode node, string channel, string data, string? id = null)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            using var response = await _http.PostAsJsonAsync(node.Url + "api/publish", new { channel, @event = "message", data, id }, timeout.Token);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(timeout.Token));
            return response.IsSuccessStatusCode
                ? new PublishOutcome((string)answer!["id"]!, PositionOf(answer))
                : new PublishOutcome(Id: null, Code: (string?)answer?["code"]);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return PublishOutcome.None;
        }
    }

    /// <summary>The ids of all members of a channel, as a node answers; null if it does not.</summary>
    public async Task<IReadOnlyList<string>?> TryGetMembersAsync(ClusterNode node, string channel)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            using var response = await _http.GetAsync($"{node.Url}api/channels/{channel}/members?limit=1000", timeout.Token);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(timeout.Token));
            return response.IsSuccessStatusCode ? [.. answer!["members"]!.AsArray().Select(member => (string)member!["id"]!)] : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }

    /// <summary>Revokes the tokens of a user.</summary>
    /// <returns>The status, whether it is complete, and the nodes that it names as pending.</returns>
    public async Task<(HttpStatusCode Status, bool IsComplete, IReadOnlyList<string> Pending)> RevokeAsync(ClusterNode node, string userId)
    {
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        using var response = await _http.PostAsJsonAsync($"{node.Url}api/users/{userId}/revoke", new { }, timeout.Token);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(timeout.Token));
        return (
            response.StatusCode,
            answer?["complete"]?.GetValue<bool>() is true,
            [.. answer?["pending"]?.AsArray().Select(pending => (string)pending!) ?? []]);
    }

    public void Dispose() => _http.Dispose();

    private static Position? PositionOf(JsonNode answer) =>
        answer["offset"] is { } offset ? new Position((string)answer["epoch"]!, offset.GetValue<long>()) : null;
}
