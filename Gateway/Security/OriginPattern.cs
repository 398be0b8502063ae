using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace RealtimeGateway.Security;

/// <summary>
/// Origins that are allowed: one, <c>https://app.example.com</c>, or all below a name, <c>https://*.example.com</c>. It is held
/// against the header byte by byte: browsers write an origin in one way only (RFC 6454, section 6.1), so what differs is another.
/// </summary>
internal sealed partial class OriginPattern
{
    /// <summary>What one is in a sentence about a mistake.</summary>
    public const string Description = "no origin such as https://app.example.com or https://*.example.com";

    private readonly string _scheme;
    private readonly string _host;
    private readonly bool _isWildcard;

    private OriginPattern(string scheme, string host, bool isWildcard) => (_scheme, _host, _isWildcard) = (scheme, host, isWildcard);

    /// <summary>Reads one as an operator writes it; capitals and the port that goes without saying are no difference.</summary>
    public static bool TryParse(string? written, [NotNullWhen(true)] out OriginPattern? pattern)
    {
        pattern = null;
        if (Written().Match(written?.ToLowerInvariant() ?? string.Empty) is not { Success: true, Groups: var parts })
        {
            return false;
        }

        var (scheme, port) = (parts["scheme"].Value, parts["port"].Value);
        var isImplied = (scheme, port) is ("https://", ":443") or ("http://", ":80");
        pattern = new OriginPattern(scheme, parts["host"].Value + (isImplied ? string.Empty : port), parts["wildcard"].Success);
        return true;
    }

    /// <summary>Whether an <c>Origin</c> header is one of these.</summary>
    public bool Matches(string origin)
    {
        if (!_isWildcard)
        {
            return origin.Length == _scheme.Length + _host.Length
                && origin.StartsWith(_scheme, StringComparison.Ordinal)
                && origin.EndsWith(_host, StringComparison.Ordinal);
        }

        // What the wildcard stands for is labels and nothing else: a slash or an @ in it would make it another host's.
        return origin.Length > _scheme.Length + _host.Length
            && origin.StartsWith(_scheme, StringComparison.Ordinal)
            && origin.EndsWith(_host, StringComparison.Ordinal)
            && Labels().IsMatch(origin[_scheme.Length..^_host.Length]);
    }

    [GeneratedRegex(
        @"\A(?<scheme>[a-z][a-z0-9+.-]*://)((?<wildcard>\*\.)?(?<host>[a-z0-9_-]+(\.[a-z0-9_-]+)*)|(?<host>\[[0-9a-f:.]+\]))(?<port>:[0-9]{1,5})?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Written();

    [GeneratedRegex(@"\A([a-z0-9_-]+\.)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Labels();
}
