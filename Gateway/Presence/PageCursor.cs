using System.Buffers.Text;
using System.Text;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Presence;

/// <summary>Where a page of an ordered list ended, as whoever asks for the next one sends it back.</summary>
/// <param name="Last">What the page ended with; null before the first page.</param>
internal readonly record struct PageCursor(string? Last)
{
    // The longest names there are, $user:ID and the members of the same, have less as UTF-8.
    private const int MaxLength = 2_048;

    /// <summary>The cursor after this name or id.</summary>
    public static string After(string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    /// <summary>Reads one; null is that of the first page.</summary>
    public static Result<PageCursor> Read(string? cursor) => cursor switch
    {
        null => new PageCursor(null),
        { Length: > 0 and <= MaxLength } when Base64Url.IsValid(cursor) => new PageCursor(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor))),
        _ => new Error(ErrorCodes.InvalidRequest, "The cursor is not one that this gateway gave."),
    };
}
