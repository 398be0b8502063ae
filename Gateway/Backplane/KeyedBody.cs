using System.Security.Cryptography;
using System.Text;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>What was published under an idempotency key, as a hash: enough to tell whether a repetition is one.</summary>
/// <param name="Key">The key.</param>
/// <param name="Hash">SHA-256 of event, payload, and who may read it.</param>
internal sealed record KeyedBody(IdempotencyKey Key, byte[] Hash)
{
    /// <summary>What is said to whoever has used a key for something else.</summary>
    public static readonly Error Conflict = new(ErrorCodes.Conflict, "Another message was published under this id; choose a new one.");

    /// <summary>The key as a hash of principal and id.</summary>
    public byte[] KeyHash
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Append(hash, Key.Principal);
            Append(hash, Key.Id);
            return hash.GetHashAndReset();
        }
    }

    /// <summary>Hashes a publication, which takes as long as its payload is large: not a thing to do under a lock.</summary>
    public static KeyedBody Of(IdempotencyKey key, Publication publication)
    {
        // Another serializer may write the same payload otherwise, so what counts is its canonical form; of the readers, which
        // they are.
        string[] readers = [.. (publication.Readers ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, publication.Event);
        hash.AppendData(BitConverter.GetBytes(readers.Length));
        Array.ForEach(readers, reader => Append(hash, reader));
        hash.AppendData(CanonicalJson.Of(publication.Data));
        return new KeyedBody(key, hash.GetHashAndReset());
    }

    // The length in front keeps it apart from what follows.
    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
