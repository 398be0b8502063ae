namespace RealtimeGateway.Security;

/// <summary>
/// What a session may call itself: <c>any</c>, <c>guests</c>, <c>users</c>, <c>users/verified</c>, <c>users/unverified</c>,
/// <c>user:ID</c>, <c>user:ID/verified</c>, <c>user:ID/unverified</c>, <c>team:ID</c>, <c>team:ID/ROLE</c>, <c>member:ID</c>,
/// <c>label:NAME</c>, <c>key:NAME</c>.
/// </summary>
/// <remarks>
/// A parsed value: its parts are kept apart and none may hold a <c>/</c>, so no id that a token carries can be read as another
/// role. Roles match when all their parts are equal byte by byte; <c>team:X/owner</c> is not <c>team:X</c>.
/// </remarks>
public readonly record struct Role
{
    /// <summary>The longest id or name, in characters.</summary>
    public const int MaxPartLength = 255;

    private const string Verified = "verified";
    private const string Unverified = "unverified";

    private Role(string kind, string? id = null, string? dimension = null)
    {
        Kind = kind;
        Id = id;
        Dimension = dimension;
    }

    /// <summary>Held by everyone.</summary>
    public static Role Any { get; } = new("any");

    /// <summary>Held by whoever is not signed in.</summary>
    public static Role Guests { get; } = new("guests");

    /// <summary>Held by every signed-in user.</summary>
    public static Role Users { get; } = new("users");

    /// <summary>The part before the colon.</summary>
    public string Kind { get; }

    /// <summary>The part after the colon; null for the roles that have none.</summary>
    public string? Id { get; }

    /// <summary>The part after the slash; null where there is none.</summary>
    public string? Dimension { get; }

    /// <summary>Reads a role as written in a policy or a claim.</summary>
    public static bool TryParse(string? text, out Role role)
    {
        var (kind, id, dimension) = Split(text ?? string.Empty);
        return TryCreate(kind, id, dimension, out role);
    }

    /// <summary>Makes a role of its parts; false when no such role can be.</summary>
    public static bool TryCreate(string kind, string? id, string? dimension, out Role role)
    {
        role = new Role(kind, id, dimension);
        return IsPart(id) && IsPart(dimension) && kind switch
        {
            "any" or "guests" => id is null && dimension is null,
            "users" => id is null && dimension is (null or Verified or Unverified),
            "user" => id is not null && dimension is (null or Verified or Unverified),
            "team" => id is not null,
            "member" or "label" or "key" => id is not null && dimension is null,
            _ => false,
        };
    }

    /// <inheritdoc />
    public override string ToString() =>
        Kind + (Id is null ? string.Empty : ":" + Id) + (Dimension is null ? string.Empty : "/" + Dimension);

    /// <summary>Takes a text apart at its first colon and the first slash after it, without judging the parts.</summary>
    internal static (string Kind, string? Id, string? Dimension) Split(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var dimension = slash < 0 ? null : text[(slash + 1)..];
        var head = slash < 0 ? text : text[..slash];
        var colon = head.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (head, null, dimension) : (head[..colon], head[(colon + 1)..], dimension);
    }

    private static bool IsPart(string? part)
    {
        if (part is null)
        {
            return true;
        }

        if (part.Length is 0 or > MaxPartLength)
        {
            return false;
        }

        foreach (var c in part)
        {
            if (c == '/' || char.IsControl(c))
            {
                return false;
            }
        }

        return true;
    }
}
