using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using RealtimeGateway.Configuration;

namespace RealtimeGateway;

/// <summary>In the environment Development, makes a secret for tokens where none is configured. It dies with the process.</summary>
internal sealed class DevelopmentSecret(IHostEnvironment environment) : IPostConfigureOptions<GatewayOptions>
{
    private const int Bytes = 32;

    private readonly string _secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    public void PostConfigure(string? name, GatewayOptions options)
    {
        var jwt = options.Auth.Jwt;
        string?[] sources = [jwt.Secret, jwt.PublicKey, jwt.Authority];
        if (environment.IsDevelopment() && sources.All(string.IsNullOrEmpty))
        {
            jwt.Secret = _secret;
        }
    }
}
