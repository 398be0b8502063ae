using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges;

/// <summary>What a request shows of who sends it.</summary>
/// <param name="Token">A JWT: <c>Authorization: Bearer</c>, or <c>access_token</c> in the query where no header can be set.</param>
/// <param name="ApiKey">An API key: <c>X-Api-Key</c>, or <c>api_key</c> in the query.</param>
internal readonly record struct Credentials(string? Token, string? ApiKey)
{
    private const string Bearer = "Bearer ";

    /// <summary>Reads them; a header that shows something else than these is refused, not overlooked.</summary>
    public static Result<Credentials> Of(HttpRequest request)
    {
        var apiKey = request.Headers["X-Api-Key"].FirstOrDefault() ?? request.Query["api_key"].FirstOrDefault();
        var header = request.Headers.Authorization;
        if (header.Count == 0)
        {
            return new Credentials(request.Query["access_token"].FirstOrDefault(), apiKey);
        }

        return header is [{ } value] && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? new Credentials(value[Bearer.Length..].Trim(), apiKey)
            : new Error(ErrorCodes.Unauthenticated, "The Authorization header is not one 'Bearer' and a token.");
    }
}
