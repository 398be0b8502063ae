using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using RealtimeGateway.Tests.Security.Keys;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.Rest;

/// <summary>A gateway with API keys, and how a backend asks it.</summary>
internal static class RestGateway
{
    /// <summary>
    /// Settings with a key for each list of scopes: its text is its name and "-key". With channels, it is good for those that they
    /// begin with.
    /// </summary>
    public static IEnumerable<(string Key, string Value)> Keys(params (string Name, string[] Scopes, string? Channels)[] keys)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            var (name, scopes, channels) = keys[i];
            yield return ($"Auth:ApiKeys:{i}:Name", name);
            yield return ($"Auth:ApiKeys:{i}:Sha256", TestApiKeys.Sha256(name + "-key"));
            for (var scope = 0; scope < scopes.Length; scope++)
            {
                yield return ($"Auth:ApiKeys:{i}:Scopes:{scope}", scopes[scope]);
            }

            if (channels is not null)
            {
                yield return ($"Auth:ApiKeys:{i}:Channels:0", channels);
            }
        }
    }

    /// <summary>One key with every scope but <c>connect</c>, named <c>backend</c>, and one with none that helps, <c>weak</c>.</summary>
    public static Task<TestGateway> StartAsync(params (string Key, string Value)[] settings) =>
        TestGateway.StartAsync(Keys(("backend", ["admin"], null), ("weak", ["connect"], null)).Concat(settings));

    /// <summary>Asks, and returns the status and the body as JSON.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="call">The method and the path.</param>
    /// <param name="body">The body as JSON; null for none.</param>
    /// <param name="key">The name of the API key; null for none.</param>
    /// <param name="token">The user's token; null for none.</param>
    /// <param name="idempotencyKey">The header of that name; null for none.</param>
    public static async Task<(int Status, JsonNode Body)> AskAsync(
        this TestGateway gateway,
        string call,
        string? body = null,
        string? key = null,
        string? token = null,
        string? idempotencyKey = null)
    {
        using var response = await gateway.SendAsync(call, body, key, token, idempotencyKey);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Asks, and returns the whole answer.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public static async Task<HttpResponseMessage> SendAsync(
        this TestGateway gateway,
        string call,
        string? body = null,
        string? key = null,
        string? token = null,
        string? idempotencyKey = null)
    {
        var (method, path) = (call[..call.IndexOf(' ')], call[(call.IndexOf(' ') + 1)..]);
        var url = new Uri(gateway.Url.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key + "-key");
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await gateway.Http.SendAsync(request).InTime();
    }
}
