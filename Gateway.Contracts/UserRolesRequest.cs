namespace RealtimeGateway.Contracts;

/// <summary>The body of <c>PUT /api/users/{id}/roles</c>.</summary>
/// <param name="Roles">
/// The teams, memberships and labels that the user has from now on instead of those that his token gave, such as
/// <c>team:blue/editor</c>; an empty list for none.
/// </param>
public sealed record UserRolesRequest(IReadOnlyList<string>? Roles);
