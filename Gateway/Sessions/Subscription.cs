using System.Collections.Frozen;

namespace RealtimeGateway.Sessions;

/// <summary>One interest of a session.</summary>
/// <param name="Id">Its id within the session.</param>
/// <param name="Echoes">Its channels, and for each whether it wants what its own connection publishes there.</param>
internal sealed record Subscription(string Id, FrozenDictionary<string, bool> Echoes)
{
    /// <summary>The id of the subscription that a session gets by naming none.</summary>
    public const string Default = "default";

    /// <summary>
    /// The id of what the server granted (<c>Groups.AddToGroupAsync</c>). No client can choose it, and no permission is asked
    /// for it: it lasts as long as the session is the same user.
    /// </summary>
    public const string Grants = "$grants";

    /// <summary>The id of the channels that every session is in: broadcasts, and a user's own events.</summary>
    public const string Implicit = "$implicit";

    /// <summary>Whether it is the gateway's own: no client can choose such an id.</summary>
    public bool IsGateways => Id[0] == '$';

    public IEnumerable<string> Channels => Echoes.Keys;

    /// <summary>An interest in some channels.</summary>
    public static Subscription To(string id, IEnumerable<string> channels, bool echo = true) => new Subscription(id, Nothing).With(channels, echo);

    public bool Names(string channel) => Echoes.ContainsKey(channel);

    /// <summary>The same, and these channels; what it says of other channels stays.</summary>
    public Subscription With(IEnumerable<string> channels, bool echo)
    {
        var echoes = new Dictionary<string, bool>(Echoes, StringComparer.Ordinal);
        foreach (var channel in channels)
        {
            echoes[channel] = echo;
        }

        return this with { Echoes = echoes.ToFrozenDictionary(StringComparer.Ordinal) };
    }

    /// <summary>The same without these channels.</summary>
    public Subscription Without(IReadOnlyCollection<string> channels) =>
        this with { Echoes = Echoes.Where(echo => !channels.Contains(echo.Key)).ToFrozenDictionary(StringComparer.Ordinal) };

    private static readonly FrozenDictionary<string, bool> Nothing = FrozenDictionary<string, bool>.Empty;
}
