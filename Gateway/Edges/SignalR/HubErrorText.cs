using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// SignalR wraps the text of an error in sentences of its own. What is ours travels behind a mark that no sentence contains,
/// so that the protocol can take it out again, exactly.
/// </summary>
internal static class HubErrorText
{
    private const char Mark = '\u0001';

    public static string Wrap(Error error) => Mark + error.ToString();

    /// <summary>The code of an error that was wrapped.</summary>
    public static string CodeOf(string text)
    {
        var wrapped = Unwrap(text);
        var end = wrapped.AsSpan().IndexOfAny(';', ':');
        return wrapped[..end];
    }

    /// <summary>The text for the client: ours, or what SignalR's own amounts to.</summary>
    public static string Unwrap(string text)
    {
        var mark = text.LastIndexOf(Mark);
        if (mark >= 0)
        {
            return text[(mark + 1)..];
        }

        return new Error(ErrorCodes.Internal, "The gateway failed to do this; its log says why.").ToString();
    }
}
