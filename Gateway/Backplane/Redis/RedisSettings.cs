using RealtimeGateway.Configuration;
using RealtimeGateway.Primitives;
using StackExchange.Redis;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>Where Redis is, and what it can be trusted with.</summary>
/// <param name="Configuration">How it is reached.</param>
/// <param name="Prefix">What the names of keys and channels begin with.</param>
/// <param name="Durable">Whether it is said to lose nothing when it is restarted.</param>
internal sealed record RedisSettings(ConfigurationOptions Configuration, string Prefix, bool Durable)
{
    private const int MaxPrefixLength = 64;
    private const int ConnectMilliseconds = 1_500;
    private const int ReconnectMilliseconds = 250;
    private const int KeepAliveSeconds = 5;

    /// <summary>Makes them of what was configured.</summary>
    /// <param name="options">What was configured.</param>
    /// <param name="problems">Takes a sentence for each mistake.</param>
    /// <returns>Null where no Redis is configured, or it is wrongly.</returns>
    public static RedisSettings? Compile(RedisOptions options, ICollection<string> problems)
    {
        const string Section = GatewayOptions.Section + ":Redis:";
        if (string.IsNullOrWhiteSpace(options.Configuration))
        {
            return null;
        }

        if (!Printable.IsWord(options.Prefix, MaxPrefixLength) || options.Prefix.AsSpan().ContainsAny('{', '}'))
        {
            problems.Add($"{Section}{nameof(options.Prefix)} is 1 to {MaxPrefixLength} printable ASCII characters without spaces and braces.");
            return null;
        }

        try
        {
            var configuration = ConfigurationOptions.Parse(options.Configuration);
            if (configuration.EndPoints.Count == 0)
            {
                problems.Add($"{Section}{nameof(options.Configuration)} names no server: write host:port first.");
                return null;
            }

            Bound(configuration);
            return new RedisSettings(configuration, options.Prefix, options.Durable);
        }
        catch (ArgumentException)
        {
            // What it says may quote the password.
            problems.Add($"{Section}{nameof(options.Configuration)} is not as StackExchange.Redis reads it: host:port,name=value,…");
            return null;
        }
    }

    // Whoever waits is answered within 2 s (promise 13), and a server that is back is found soon.
    private static void Bound(ConfigurationOptions configuration)
    {
        configuration.AbortOnConnectFail = false;
        configuration.ConnectRetry = 1;
        configuration.ConnectTimeout = ConnectMilliseconds;
        configuration.SyncTimeout = ConnectMilliseconds;
        configuration.KeepAlive = KeepAliveSeconds;
        configuration.ReconnectRetryPolicy = new LinearRetry(ReconnectMilliseconds);
        configuration.ClientName = "realtime-gateway";

        // Neither is asked for: there is one server, and it is the one that is named.
        configuration.TieBreaker = string.Empty;
        configuration.ConfigurationChannel = string.Empty;
    }
}
