namespace RealtimeGateway.Primitives;

/// <summary>Names that anything can print, log and compare byte by byte.</summary>
internal static class Printable
{
    /// <summary>Whether a text is 1 to <paramref name="maxLength"/> characters of printable ASCII without spaces.</summary>
    public static bool IsWord(string? text, int maxLength) =>
        text is { Length: > 0 } && text.Length <= maxLength && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
