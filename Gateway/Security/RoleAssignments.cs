using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Security;

/// <summary>
/// The roles that servers gave to users in the place of what their tokens say, as far as these were issued up to that instant
/// (<see cref="TokenRecords{TKey, T}"/>); a newer token counts as it is.
/// </summary>
internal sealed class RoleAssignments(Live<RevocationMemory> memory, TimeProvider time)
{
    private readonly TokenRecords<string, IReadOnlyList<Role>> _roles = new(memory, time);

    /// <summary>Another object after each assignment.</summary>
    public object Version => _roles.Version;

    /// <summary>
    /// Reads roles that can be assigned: teams, memberships and labels. Who somebody is, and whether his address is verified, only
    /// the issuer of his token says. Who has a role in a team is in the team, as with tokens.
    /// </summary>
    public static Result<IReadOnlyList<Role>> Read(IReadOnlyList<string> written)
    {
        var roles = new List<Role>();
        foreach (var text in written)
        {
            if (!Role.TryParse(text, out var role) || role.Kind is not ("team" or "member" or "label"))
            {
                return new Error(ErrorCodes.InvalidRequest, $"'{text}' is no role to assign: these are team:ID, team:ID/ROLE, member:ID and label:NAME.");
            }

            roles.Add(role);
            if (role.Dimension is not null && Role.TryCreate(role.Kind, role.Id, null, out var team))
            {
                roles.Add(team);
            }
        }

        return roles;
    }

    /// <summary>The assignments that are remembered, by user.</summary>
    public IEnumerable<KeyValuePair<string, TokenRecord<IReadOnlyList<Role>>>> All => _roles.All;

    /// <summary>An assignment of these roles to a user. It takes effect where it is added.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="roles">His teams, memberships and labels.</param>
    /// <param name="latest">When the latest token that is known of him says it was issued: its issuer's clock may be ahead.</param>
    public TokenRecord<IReadOnlyList<Role>> Next(string userId, IReadOnlyList<Role> roles, DateTimeOffset? latest) => _roles.Next(userId, roles, latest);

    /// <inheritdoc cref="TokenRecords{TKey, T}.Set"/>
    public TokenRecord<IReadOnlyList<Role>> Add(string userId, TokenRecord<IReadOnlyList<Role>> assignment) => _roles.Set(userId, assignment);

    /// <summary>The roles that one has in the place of those that his token gave, always the same list for one assignment; null when these count.</summary>
    public IReadOnlyList<Role>? Find(Identity own) => own.Token is { } token ? _roles.Find(own.UserId!, token) : null;
}
