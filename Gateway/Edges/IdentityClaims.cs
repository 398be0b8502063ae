using System.Security.Claims;
using RealtimeGateway.Security;

namespace RealtimeGateway.Edges;

/// <summary>What code that knows only ASP.NET Core finds of an identity: the user's id, and the roles as they are written.</summary>
/// <remarks>They are made whenever somebody asks: hardly anybody does, and a connection would keep them for as long as it lives.</remarks>
internal sealed class IdentityClaims : ClaimsIdentity
{
    private readonly Identity _identity;

    public IdentityClaims(Identity identity)
        : base(identity.UserId is null ? null : "RealtimeGateway")
    {
        _identity = identity;
    }

    private IdentityClaims(IdentityClaims other)
        : base(other)
    {
        _identity = other._identity;
    }

    /// <summary>Those of the identity, and what a host has added.</summary>
    public override IEnumerable<Claim> Claims
    {
        get
        {
            if (_identity.UserId is { } userId)
            {
                yield return Make(ClaimTypes.NameIdentifier, userId);
            }

            foreach (var role in _identity.Roles)
            {
                yield return Make(ClaimTypes.Role, role.ToString());
            }

            foreach (var added in base.Claims)
            {
                yield return added;
            }
        }
    }

    public override ClaimsIdentity Clone() => new IdentityClaims(this);

    private Claim Make(string type, string value) => new(type, value, ClaimValueTypes.String, DefaultIssuer, DefaultIssuer, this);
}
