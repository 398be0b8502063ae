namespace RealtimeGateway.Contracts;

/// <summary>
/// What may name a channel: 1 to 255 characters of printable ASCII without space, <c>*</c>, <c>{</c> and <c>}</c>, not
/// beginning with <c>$</c>. Names are case-sensitive and compared byte by byte; none is ever a pattern.
/// </summary>
public static class ChannelName
{
    /// <summary>The longest name, in bytes (each character is one).</summary>
    public const int MaxLength = 255;

    /// <summary>The channel of broadcasts, in which every session is.</summary>
    public const string All = "$all";

    /// <summary>The channel of one user's own events, in which every session of that user is.</summary>
    public static string OfUser(string userId) => "$user:" + userId;

    /// <summary>Whether clients may use this name.</summary>
    public static bool IsValid(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxLength || name[0] == '$')
        {
            return false;
        }

        foreach (var c in name)
        {
            if (c is <= ' ' or > '~' or '*' or '{' or '}')
            {
                return false;
            }
        }

        return true;
    }
}
