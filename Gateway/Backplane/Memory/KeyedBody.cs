using System.Security.Cryptography;
using System.Text;

namespace RealtimeGateway.Backplane.Memory;

/// <summary>What was published under an idempotency key, as a hash: enough to tell whether a repetition is one.</summary>
/// <param name="Key">The key.</param>
/// <param name="Hash">SHA-256 of event and payload.</param>
internal sealed record KeyedBody(IdempotencyKey Key, byte[] Hash)
{
    /// <summary>Hashes a publication, which takes as long as its payload is large: not a thing to do under a lock.</summary>
    public static KeyedBody Of(IdempotencyKey key, Publication publication)
    {
        // The length in front of the name keeps the two parts apart. Another serializer may write the same payload otherwise,
        // so what counts is its canonical form.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(publication.Event.Length));
        hash.AppendData(Encoding.UTF8.GetBytes(publication.Event));
        hash.AppendData(CanonicalJson.Of(publication.Data));
        return new KeyedBody(key, hash.GetHashAndReset());
    }
}
