namespace RealtimeGateway.Configuration;

/// <summary><c>Gateway:Auth:Jwt:Claims</c>: the names of the claims that are read.</summary>
public sealed class JwtClaimOptions
{
    /// <summary>What OpenID Connect calls a verified e-mail address (Core 1.0, section 5.1).</summary>
    internal const string StandardVerified = "email_verified";

    /// <summary>The user's id, a string without <c>/</c>. Default <c>sub</c>.</summary>
    public string UserId { get; set; } = "sub";

    /// <summary>Whether the user is verified, a boolean. Default <c>email_verified</c>, and <c>verified</c> where that is absent.</summary>
    public string Verified { get; set; } = StandardVerified;

    /// <summary>Teams, a list of <c>team</c> or <c>team/role</c>. Default <c>teams</c>.</summary>
    public string Teams { get; set; } = "teams";

    /// <summary>Membership ids, a list. Default <c>memberships</c>.</summary>
    public string Memberships { get; set; } = "memberships";

    /// <summary>Labels, a list. Default <c>labels</c>.</summary>
    public string Labels { get; set; } = "labels";

    /// <summary>Rights beside the policies, <c>{ "chat:42": ["read", "write", "presence", "hidden"] }</c>. Default <c>channels</c>.</summary>
    public string Channels { get; set; } = "channels";
}
