namespace RealtimeGateway.Edges;

/// <summary>Keeps a category that writes secrets from doing so, whatever levels the configuration sets.</summary>
internal static class LogLimits
{
    /// <summary>
    /// Lets a category log from this level on. A provider that has levels of its own (<c>Logging:Console:LogLevel</c>) heeds
    /// only rules in its name, so each of them gets one.
    /// </summary>
    public static void LimitLog(this IServiceCollection services, string category, LogLevel least) =>
        services.PostConfigure<LoggerFilterOptions>(options =>
        {
            string?[] providers = [null, .. options.Rules.Select(rule => rule.ProviderName)];
            foreach (var provider in providers.Distinct())
            {
                options.Rules.Add(new LoggerFilterRule(provider, category, least, filter: null));
            }
        });
}
