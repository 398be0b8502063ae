using System.Globalization;
using System.Text.RegularExpressions;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>Reads the text of an error as the hub writes it: <c>code: sentence</c>, or <c>code;retryAfter=2: sentence</c>.</summary>
internal static partial class ErrorText
{
    /// <summary>The error; <see cref="ErrorCodes.Internal"/> with the text as its sentence where it has another form.</summary>
    public static RealtimeException Read(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            return new RealtimeException(new Error(ErrorCodes.Internal, text));
        }

        var isTimed = int.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        return new RealtimeException(new Error(match.Groups[1].Value, match.Groups[3].Value, isTimed ? seconds : null));
    }

    [GeneratedRegex("^([a-z_]+)(?:;retryAfter=([0-9]+))?: (.*)$", RegexOptions.Singleline)]
    private static partial Regex Form();
}
