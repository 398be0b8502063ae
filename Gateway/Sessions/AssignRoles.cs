using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <summary>A user has other roles than those of his tokens.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Roles">His teams, memberships and labels, as they are written.</param>
/// <param name="At">When it was said.</param>
/// <param name="UpTo">In the place of which tokens': those that were issued up to then.</param>
internal sealed record AssignRoles(string UserId, IReadOnlyList<string> Roles, DateTimeOffset At, DateTimeOffset UpTo) : LastingEntry(At)
{
    public override string Key => "roles:" + UserId;

    protected override bool IsSound => base.IsSound && !RoleAssignments.Read(Roles).IsRefused(out _, out _);

    public static AssignRoles From(string userId, TokenRecord<IReadOnlyList<Role>> record) =>
        new(userId, [.. record.Value.Select(role => role.ToString())], record.At, record.UpTo);

    public TokenRecord<IReadOnlyList<Role>> ToTokenRecord() => new(At, UpTo, RoleAssignments.Read(Roles).OrThrow());
}
