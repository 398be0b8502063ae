using RealtimeGateway.Configuration;
using RealtimeGateway.Security;

namespace RealtimeGateway.Edges;

/// <summary>The pages that may reach the gateway from a browser: the gateway's own, or those that the operator names.</summary>
internal sealed class AllowedOrigins
{
    private readonly IReadOnlyList<OriginPattern> _patterns;

    private AllowedOrigins(IReadOnlyList<OriginPattern> patterns) => _patterns = patterns;

    /// <summary>Makes them out of what was written; <paramref name="problems"/> gets a sentence for each mistake.</summary>
    public static AllowedOrigins Compile(IList<string> written, ICollection<string> problems)
    {
        var patterns = new List<OriginPattern>();
        for (var i = 0; i < written.Count; i++)
        {
            if (OriginPattern.TryParse(written[i], out var pattern))
            {
                patterns.Add(pattern);
            }
            else
            {
                problems.Add($"{GatewayOptions.Section}:AllowedOrigins:{i} '{written[i]}' is {OriginPattern.Description}.");
            }
        }

        return new AllowedOrigins(patterns);
    }

    /// <summary>Whether a page of this origin may send this request.</summary>
    public bool Allows(HttpRequest request, string origin) =>
        _patterns.Count == 0 ? IsOwn(request, origin) : _patterns.Any(pattern => pattern.Matches(origin));

    // Behind a proxy that ends TLS the request is http and its page https; a page on https is never less than one on http.
    private static bool IsOwn(HttpRequest request, string origin) =>
        origin == OwnBy(request.Host, Uri.UriSchemeHttps, 443) || (!request.IsHttps && origin == OwnBy(request.Host, Uri.UriSchemeHttp, 80));

    // A browser leaves out the port that goes without saying; a proxy may not.
    private static string OwnBy(HostString host, string scheme, int impliedPort) =>
        $"{scheme}://{(host.Port == impliedPort ? host.Host : host.Value)}".ToLowerInvariant();
}
