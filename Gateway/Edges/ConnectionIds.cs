using System.Security.Cryptography;

namespace RealtimeGateway.Edges;

/// <summary>Ids of connections, as others see them: they open nothing, but nobody is to find one by trying.</summary>
internal static class ConnectionIds
{
    /// <summary>A new one: 128 random bits.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
