using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using RealtimeGateway.Backplane.Redis;
using RealtimeGateway.Configuration;
using RealtimeGateway.Edges;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security.Keys;
using RealtimeGateway.Security.Policies;
using RealtimeGateway.Security.Tokens;

namespace RealtimeGateway;

/// <summary>Reads the section <c>Gateway</c>, and stops the start with everything that is wrong with it at once.</summary>
internal sealed class GatewayOptionsSetup(IConfiguration configuration) : IConfigureOptions<GatewayOptions>, IValidateOptions<GatewayOptions>
{
    // Of each: a host may have them read while the gateway reads them anew.
    private readonly ConditionalWeakTable<GatewayOptions, IReadOnlyList<string>> _misfits = [];

    public void Configure(GatewayOptions options) =>
        _misfits.AddOrUpdate(options, ConfigurationShape.Bind(configuration, GatewayOptions.Section, options));

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        // What is compiled here is thrown away: the compilers say what is wrong, and they alone know.
        var problems = new List<string>([.. _misfits.TryGetValue(options, out var misfits) ? misfits : [], .. LimitsCheck.Problems(options.Limits)]);
        PolicyCompiler.Compile(options.Channels, options.Broadcast, problems);
        TokenTrust.Compile(options.Auth.Jwt, problems);
        RateRules.Compile(options.RateLimits, problems);
        TrustedProxies.Compile(options.TrustedProxies, problems);
        AllowedOrigins.Compile(options.AllowedOrigins, problems);
        RedisSettings.Compile(options.Redis, problems);
        ApiKeyRing.Compile(options.Auth.ApiKeys, TimeProvider.System, problems);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
