using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace RealtimeGateway.Security.Policies;

/// <summary>
/// A role as a policy names it, whose id or dimension may hold <c>{captures}</c>. It is taken apart before anything is filled
/// in, so what a channel's name carries stays inside its part: <c>team:{x}</c> with <c>a/owner</c> is no role at all.
/// </summary>
internal sealed partial class RoleTemplate
{
    private readonly string _kind;
    private readonly string? _id;
    private readonly string? _dimension;
    private readonly Role? _constant;

    private RoleTemplate(string kind, string? id, string? dimension)
    {
        (_kind, _id, _dimension) = (kind, id, dimension);
        Captures = [.. CapturesOf(id), .. CapturesOf(dimension)];
        _constant = Captures.Count == 0 && Role.TryCreate(kind, id, dimension, out var role) ? role : null;
    }

    /// <summary>The names that must be filled in.</summary>
    public IReadOnlyList<string> Captures { get; }

    /// <summary>Reads a role or a template of one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RoleTemplate? template)
    {
        var (kind, id, dimension) = Role.Split(text);

        // Any value fills a capture for this check: what is judged is the shape around it. A brace left over is a misspelt capture.
        var isRole = !Placeholder().Replace(text, string.Empty).AsSpan().ContainsAny('{', '}')
            && Role.TryCreate(kind, Fill(id, _ => "x"), Fill(dimension, _ => kind == "team" ? "x" : "verified"), out _);
        template = isRole ? new RoleTemplate(kind, id, dimension) : null;
        return isRole;
    }

    /// <summary>The role that this template names with these captured values; null when no such role can be.</summary>
    public Role? Fill(IReadOnlyDictionary<string, string> captured)
    {
        if (_constant is not null)
        {
            return _constant;
        }

        return Role.TryCreate(_kind, Fill(_id, name => captured[name]), Fill(_dimension, name => captured[name]), out var role) ? role : null;
    }

    private static string? Fill(string? part, Func<string, string> value) =>
        part is null ? null : Placeholder().Replace(part, match => value(match.Groups[1].Value));

    private static IEnumerable<string> CapturesOf(string? part) =>
        part is null ? [] : Placeholder().Matches(part).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\{([A-Za-z0-9]+)\}")]
    private static partial Regex Placeholder();
}
