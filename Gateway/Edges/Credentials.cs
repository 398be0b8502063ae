using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges;

/// <summary>What a request shows of who sends it.</summary>
/// <param name="Token">A JWT: <c>Authorization: Bearer</c>, or <c>access_token</c> in the query where no header can be set.</param>
/// <param name="ApiKey">An API key: <c>X-Api-Key</c>, or <c>api_key</c> in the query.</param>
internal readonly record struct Credentials(string? Token, string? ApiKey)
{
    /// <summary>The header of an API key.</summary>
    public const string ApiKeyHeader = "X-Api-Key";

    private const string Bearer = "Bearer ";

    /// <summary>Whether nothing is shown, as by a guest.</summary>
    public bool AreNone => Token is null && ApiKey is null;

    /// <summary>Reads them. What is no such thing, or is there more than once, is refused: it could not all be believed.</summary>
    public static Result<Credentials> Of(HttpRequest request)
    {
        string?[] tokens = [.. request.Headers.Authorization, .. request.Query["access_token"]];
        string?[] keys = [.. request.Headers[ApiKeyHeader], .. request.Query["api_key"]];
        if (tokens.Length > 1 || keys.Length > 1)
        {
            return new Error(ErrorCodes.Unauthenticated, "A credential is there more than once; send each one way.");
        }

        if (request.Headers.Authorization is not [{ } header])
        {
            return new Credentials(tokens.FirstOrDefault(), keys.FirstOrDefault());
        }

        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? new Credentials(header[Bearer.Length..].Trim(), keys.FirstOrDefault())
            : new Error(ErrorCodes.Unauthenticated, "The Authorization header is not 'Bearer' and a token.");
    }
}
