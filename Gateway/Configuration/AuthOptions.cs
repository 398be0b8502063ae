namespace RealtimeGateway.Configuration;

/// <summary><c>Gateway:Auth</c>.</summary>
public sealed class AuthOptions
{
    /// <summary>Refuses whoever shows no API key with the scope <c>connect</c>. Default false.</summary>
    public bool RequireApiKey { get; set; }

    /// <summary>Refuses guests: a user's token is needed. Default false.</summary>
    public bool RequireSession { get; set; }

    /// <summary>Which tokens are believed.</summary>
    public JwtOptions Jwt { get; set; } = new();

    /// <summary>The API keys that are valid. Default: none.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; set; } = [];
}
