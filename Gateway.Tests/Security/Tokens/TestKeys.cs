using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Tokens;

/// <summary>An issuer's pairs of keys, and tokens signed by them.</summary>
internal static class TestKeys
{
    public static readonly RSA Rsa = RSA.Create(2048);
    public static readonly RSA OtherRsa = RSA.Create(2048);
    public static readonly ECDsa P256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public static readonly ECDsa P384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

    /// <summary>Claims signed by HMAC, with the hash that <paramref name="algorithm"/> names.</summary>
    public static string SignHmac(object claims, string algorithm, string secret = TestTokens.Secret) => Sign(
        claims,
        algorithm,
        bytes => algorithm switch
        {
            "HS256" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), bytes),
            "HS384" => HMACSHA384.HashData(Encoding.UTF8.GetBytes(secret), bytes),
            _ => HMACSHA512.HashData(Encoding.UTF8.GetBytes(secret), bytes),
        });

    /// <summary>Claims signed by RSA: RS256 or PS256.</summary>
    public static string SignRsa(object claims, RSA key, string algorithm = "RS256", string? kid = null) => Sign(
        claims,
        algorithm,
        bytes => key.SignData(bytes, HashAlgorithmName.SHA256, algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
        kid);

    /// <summary>Claims signed by EC: ES256 or ES384.</summary>
    public static string SignEc(object claims, ECDsa key, string algorithm = "ES256", string? kid = null) => Sign(
        claims,
        algorithm,
        bytes => key.SignData(bytes, algorithm == "ES384" ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256),
        kid);

    private static string Sign(object claims, string algorithm, Func<byte[], byte[]> sign, string? kid = null) => TestTokens.Assemble(
        kid is null ? $$"""{"alg":"{{algorithm}}","typ":"JWT"}""" : $$"""{"alg":"{{algorithm}}","kid":"{{kid}}"}""",
        JsonSerializer.Serialize(claims),
        sign);
}
