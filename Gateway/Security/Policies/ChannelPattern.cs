using System.Diagnostics.CodeAnalysis;

namespace RealtimeGateway.Security.Policies;

/// <summary>
/// A policy's pattern: literal text, <c>{name}</c> captures, and at most one <c>*</c>, at its end, for the rest (which may be
/// empty). A capture takes one character or more, up to the first occurrence of the character that follows it in the pattern,
/// or to the end. Nothing backtracks, so a name is read in one pass and in one way.
/// </summary>
internal sealed class ChannelPattern
{
    private readonly Part[] _parts;

    private ChannelPattern(Part[] parts) => _parts = parts;

    private enum PartKind
    {
        Literal,
        Capture,
        Rest,
    }

    /// <summary>What a pattern without captures captures.</summary>
    public static IReadOnlyDictionary<string, string> NoCaptures { get; } = new Dictionary<string, string>();

    /// <summary>The names of its captures.</summary>
    public IEnumerable<string> Captures => _parts.Where(part => part.Kind == PartKind.Capture).Select(part => part.Text);

    /// <summary>Reads a pattern; <paramref name="problem"/> says why it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ChannelPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        var parts = new List<Part>();
        for (var at = 0; at < text.Length;)
        {
            var part = ReadPart(text, at, out problem);
            if (problem is not null)
            {
                return false;
            }

            if (part.Kind == PartKind.Capture && parts is [.., { Kind: PartKind.Capture }])
            {
                problem = $"the captures before and at '{{{part.Text}}}' need a character between them";
                return false;
            }

            if (part.Kind == PartKind.Capture && parts.Contains(part))
            {
                problem = $"'{{{part.Text}}}' captures twice";
                return false;
            }

            parts.Add(part);
            at += part.Length;
        }

        problem = parts.Count == 0 ? "it is empty" : null;
        pattern = problem is null ? new ChannelPattern([.. parts]) : null;
        return pattern is not null;
    }

    /// <summary>Whether a channel's name fits, and what its captures took.</summary>
    public bool TryMatch(string channel, [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? captured)
    {
        captured = null;
        if (channel.StartsWith('$') && _parts[0] is not { Kind: PartKind.Literal, Text: ['$', ..] })
        {
            // A pattern for everything is not meant for the channels that the gateway made itself.
            return false;
        }

        Dictionary<string, string>? values = null;
        var at = 0;
        for (var i = 0; i < _parts.Length; i++)
        {
            var part = _parts[i];
            switch (part.Kind)
            {
                case PartKind.Literal:
                    if (string.CompareOrdinal(channel, at, part.Text, 0, part.Text.Length) != 0)
                    {
                        return false;
                    }

                    at += part.Text.Length;
                    break;
                case PartKind.Capture:
                    // The part after a capture is a literal or the rest; the rest has no character to stop at.
                    var end = i + 1 < _parts.Length && _parts[i + 1].Kind == PartKind.Literal
                        ? channel.IndexOf(_parts[i + 1].Text[0], at)
                        : channel.Length;
                    if (end <= at)
                    {
                        return false;
                    }

                    (values ??= [])[part.Text] = channel[at..end];
                    at = end;
                    break;
                default:
                    at = channel.Length;
                    break;
            }
        }

        if (at != channel.Length)
        {
            return false;
        }

        captured = values ?? NoCaptures;
        return true;
    }

    private static Part ReadPart(string text, int at, out string? problem)
    {
        problem = null;
        switch (text[at])
        {
            case '*':
                problem = at == text.Length - 1 ? null : "'*' stands only at its end";
                return new Part(PartKind.Rest, "*");
            case '{':
                var close = text.IndexOf('}', at);
                var name = close < 0 ? string.Empty : text[(at + 1)..close];
                problem = name.Length > 0 && name.All(char.IsAsciiLetterOrDigit) ? null : "a capture is '{name}', of letters and digits";
                return new Part(PartKind.Capture, name);
            default:
                var stop = text.AsSpan(at).IndexOfAny('*', '{');
                var literal = stop < 0 ? text[at..] : text.Substring(at, stop);
                problem = literal.AsSpan().ContainsAnyExceptInRange('!', '~') || literal.Contains('}', StringComparison.Ordinal)
                    ? "it holds a character that no channel's name can have"
                    : null;
                return new Part(PartKind.Literal, literal);
        }
    }

    private readonly record struct Part(PartKind Kind, string Text)
    {
        public int Length => Kind == PartKind.Capture ? Text.Length + 2 : Text.Length;
    }
}
