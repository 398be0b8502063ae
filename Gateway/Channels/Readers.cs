using RealtimeGateway.Backplane;
using RealtimeGateway.Security;

namespace RealtimeGateway.Channels;

/// <summary>Who of those that may read a channel gets one of its publications.</summary>
internal readonly struct Readers
{
    // Null for everybody.
    private readonly Role[]? _roles;

    private Readers(Role[]? roles) => _roles = roles;

    /// <summary>The readers of a publication. What is no role is held by nobody.</summary>
    public static Readers Of(Publication publication) => new(publication.Readers is { } written ? [.. Parse(written)] : null);

    /// <summary>Whether they are all that may read the channel.</summary>
    public bool AreAll => _roles is null;

    /// <summary>Whether somebody with these roles is one of them.</summary>
    public bool Include(IReadOnlySet<Role> held)
    {
        if (AreAll)
        {
            return true;
        }

        foreach (var role in _roles!)
        {
            if (held.Contains(role))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<Role> Parse(IReadOnlyList<string> written)
    {
        foreach (var text in written)
        {
            if (Role.TryParse(text, out var role))
            {
                yield return role;
            }
        }
    }
}
