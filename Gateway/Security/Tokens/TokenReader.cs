using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Security.Tokens;

/// <summary>
/// Makes an <see cref="Identity"/> of a token's claims. It reads them as strictly as RFC 7519 writes them: what has the wrong
/// type refuses the token, since a guess here would be a guess about somebody's rights.
/// </summary>
internal sealed class TokenReader(JwtOptions options, TimeProvider time)
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    // Many users are in one team, or have one label: a name that was seen lately is not kept anew with each session.
    private readonly RecentValues<string> _shared = new(static name => name, generation: 1_000);

    /// <summary>Reads the claims of a token whose signature is already believed.</summary>
    /// <param name="payload">The token's middle part, decoded.</param>
    public Result<Identity> Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload, Strict);
            var claims = document.RootElement;
            if (CheckTimes(claims, out var expiresAt, out var issuedAt) is { } error)
            {
                return error;
            }

            return TryReadId(claims, payload, out var id)
                ? ReadIdentity(claims, expiresAt, new TokenStamp(id, issuedAt))
                : Refuse("'jti' is a text");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text in it is no Unicode.
            return Refuse("its claims are not a JSON object");
        }
    }

    private Error? CheckTimes(JsonElement claims, out DateTimeOffset expiresAt, out DateTimeOffset? issuedAt)
    {
        (expiresAt, issuedAt) = (default, null);
        if (claims.ValueKind != JsonValueKind.Object)
        {
            return Refuse("its claims are not a JSON object");
        }

        if (!TryReadTime(claims, "exp", out var exp) || !TryReadTime(claims, "nbf", out var nbf) || !TryReadTime(claims, "iat", out var iat))
        {
            return Refuse("'exp', 'nbf' and 'iat' are numbers of seconds since 1970");
        }

        if (exp is not { } end)
        {
            return Refuse("it has no 'exp'");
        }

        var now = time.GetUtcNow();
        (expiresAt, issuedAt) = (end, iat);
        if (end <= now - options.ClockSkew)
        {
            return new Error(ErrorCodes.TokenExpired, "The token has expired; get a new one.");
        }

        if (nbf > now + options.ClockSkew || iat > now + options.ClockSkew)
        {
            return Refuse("it is not valid yet");
        }

        return end - (iat ?? now) > options.MaxTokenLifetime + options.ClockSkew
            ? Refuse($"it lives longer than {options.MaxTokenLifetime}")
            : null;
    }

    private Result<Identity> ReadIdentity(JsonElement claims, DateTimeOffset expiresAt, TokenStamp token)
    {
        var names = options.Claims;
        if (!claims.TryGetProperty(names.UserId, out var id) || id.ValueKind != JsonValueKind.String
            || !Role.TryCreate("user", id.GetString(), null, out var user))
        {
            return Refuse($"'{names.UserId}' is a user's id: 1 to {Role.MaxPartLength} characters without '/'");
        }

        var userId = user.Id!;
        var roles = new HashSet<Role>(capacity: 11) { user };
        AddVerified(claims, userId, roles);
        if (!TryAdd(claims, names.Teams, "team", roles) || !TryAdd(claims, names.Memberships, "member", roles)
            || !TryAdd(claims, names.Labels, "label", roles))
        {
            return Refuse($"'{names.Teams}', '{names.Memberships}' and '{names.Labels}' are lists of names; only a team may have a '/role'");
        }

        return TryReadGrants(claims, out var grants)
            ? Identity.User(userId, roles, expiresAt, grants, token)
            : Refuse($"'{names.Channels}' is an object of lists, {{ \"channel\": [\"read\", \"write\", \"presence\", \"hidden\"] }}");
    }

    // The same claims are the same token, whatever signature was made of them.
    private static bool TryReadId(JsonElement claims, ReadOnlyMemory<byte> payload, out string id)
    {
        id = string.Empty;
        if (claims.TryGetProperty("jti", out var claim))
        {
            id = claim.ValueKind == JsonValueKind.String ? claim.GetString()! : string.Empty;
            return id.Length > 0;
        }

        id = Base64Url.EncodeToString(SHA256.HashData(payload.Span));
        return true;
    }

    private void AddVerified(JsonElement claims, string userId, HashSet<Role> roles)
    {
        // The second name is read only where the first is the standard's own; who chose a name means that one.
        var found = claims.TryGetProperty(options.Claims.Verified, out var claim)
            || options.Claims.Verified == JwtClaimOptions.StandardVerified && claims.TryGetProperty("verified", out claim);

        // Some issuers write the boolean as a string.
        var isVerified = found && (claim.ValueKind == JsonValueKind.True || claim.ValueKind == JsonValueKind.String && claim.ValueEquals("true"u8));
        var dimension = isVerified ? "verified" : "unverified";
        Role.TryCreate("users", null, dimension, out var all);
        Role.TryCreate("user", userId, dimension, out var own);
        roles.Add(all);
        roles.Add(own);
    }

    private bool TryAdd(JsonElement claims, string claim, string kind, HashSet<Role> roles)
    {
        if (!TryReadStrings(claims, claim, out var names))
        {
            return false;
        }

        foreach (var name in names)
        {
            var slash = kind == "team" ? name.IndexOf('/', StringComparison.Ordinal) : -1;
            if (!Role.TryCreate(kind, Shared(kind, slash < 0 ? name : name[..slash]), null, out var role))
            {
                return false;
            }

            roles.Add(role);
            if (slash >= 0)
            {
                // team:X/owner is not team:X, but an owner of X is in X: he holds both.
                if (!Role.TryCreate(kind, role.Id, Shared(kind, name[(slash + 1)..]), out var within))
                {
                    return false;
                }

                roles.Add(within);
            }
        }

        return true;
    }

    // What is too long is refused; a membership is one user's.
    private string Shared(string kind, string name) => kind == "member" || name.Length > Role.MaxPartLength ? name : _shared[name];

    private bool TryReadGrants(JsonElement claims, out FrozenDictionary<string, FrozenSet<Right>> grants)
    {
        grants = FrozenDictionary<string, FrozenSet<Right>>.Empty;
        if (!claims.TryGetProperty(options.Claims.Channels, out var claim) || claim.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (claim.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var read = new Dictionary<string, FrozenSet<Right>>();
        foreach (var channel in claim.EnumerateObject())
        {
            if (!ChannelName.IsValid(channel.Name) || !TryReadStrings(claim, channel.Name, out var names))
            {
                return false;
            }

            var rights = new HashSet<Right>();
            foreach (var name in names)
            {
                if (GrantableRight(name) is not { } right)
                {
                    return false;
                }

                rights.Add(right);
            }

            read[channel.Name] = rights.ToFrozenSet();
        }

        grants = read.ToFrozenDictionary();
        return true;
    }

    private static Right? GrantableRight(string name) => name switch
    {
        "read" => Right.Read,
        "write" => Right.Write,
        "presence" => Right.Presence,
        "hidden" => Right.Hidden,
        _ => null,
    };

    // One string stands for a list of one: that is how some libraries write such a list.
    private static bool TryReadStrings(JsonElement claims, string claim, out IReadOnlyList<string> values)
    {
        values = [];
        if (!claims.TryGetProperty(claim, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            values = [value.GetString()!];
            return true;
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            return false;
        }

        values = [.. value.EnumerateArray().Select(item => item.GetString()!)];
        return true;
    }

    // NumericDate (RFC 7519, section 2): a JSON number, possibly with a fraction.
    private static bool TryReadTime(JsonElement claims, string claim, out DateTimeOffset? at)
    {
        at = null;
        if (!claims.TryGetProperty(claim, out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is < 0 or > 253_402_300_799)
        {
            return false;
        }

        at = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return true;
    }

    private static Error Refuse(string why) => new(ErrorCodes.Unauthenticated, $"The token is not accepted: {why}.");
}
