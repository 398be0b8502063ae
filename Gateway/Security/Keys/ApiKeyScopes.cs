namespace RealtimeGateway.Security.Keys;

/// <summary>What an API key can be good for.</summary>
internal static class ApiKeyScopes
{
    /// <summary>To connect and subscribe.</summary>
    public const string Connect = "connect";
}
