using System.Security.Cryptography;

namespace RealtimeGateway.Client;

/// <summary>Ids that nobody else makes.</summary>
internal static class ShortId
{
    /// <summary>A random word of 22 letters and digits, over 110 bits.</summary>
    public static string Next() => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 22);
}
