namespace RealtimeGateway.Client.Transport;

/// <summary>How credentials stand in a request.</summary>
internal static class Credentials
{
    /// <summary>Sets the headers of those that are there.</summary>
    public static void Set(string? apiKey, string? token, Action<string, string> setHeader)
    {
        if (token is not null)
        {
            setHeader("Authorization", "Bearer " + token);
        }

        if (apiKey is not null)
        {
            setHeader("X-Api-Key", apiKey);
        }
    }
}
