using RealtimeGateway.Client.Connections;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Presence;

/// <summary>All presence sets of a client: gives each what is for it, and has them read again where changes were missed.</summary>
/// <param name="time">The clock.</param>
/// <param name="report">Hears of what failed.</param>
internal sealed class PresenceRegistry(TimeProvider time, Action<Exception> report)
{
    private readonly Lock _lock = new();
    private List<PresenceSet> _sets = []; // Never changed, only replaced.
    private GatewayConnection? _connection;

    public void Add(PresenceSet set)
    {
        lock (_lock)
        {
            _sets = [.. _sets, set];
        }
    }

    public void Remove(PresenceSet set)
    {
        lock (_lock)
        {
            _sets = [.. _sets.Where(other => other != set)];
        }
    }

    /// <summary>There is a connection, by which changes come as far as it is subscribed.</summary>
    public void Connected(GatewayConnection connection)
    {
        lock (_lock)
        {
            _connection = connection;
        }

        Reload(_ => true);
    }

    /// <summary>A member came, went or changed.</summary>
    public void OnPresence(PresenceMessage message)
    {
        foreach (var set in Of(message.Channel))
        {
            set.Apply(message);
        }
    }

    /// <summary>Changes were left out.</summary>
    public void OnGap(string channel) => Reload(set => set.Channel == channel);

    /// <summary>Channels are subscribed again, later than the connection was made.</summary>
    public void OnSubscribed(IEnumerable<string> channels)
    {
        var names = channels.ToHashSet(StringComparer.Ordinal);
        Reload(set => names.Contains(set.Channel));
    }

    private IEnumerable<PresenceSet> Of(string channel)
    {
        lock (_lock)
        {
            return _sets.Where(set => set.Channel == channel);
        }
    }

    private void Reload(Func<PresenceSet, bool> which)
    {
        lock (_lock)
        {
            if (_connection is { } connection)
            {
                foreach (var set in _sets.Where(which))
                {
                    _ = ReloadAsync(set, connection); // It reports its errors.
                }
            }
        }
    }

    private async Task ReloadAsync(PresenceSet set, GatewayConnection connection)
    {
        try
        {
            await Patience.AskAsync(() => set.LoadAsync(connection, connection.Lost), time, connection.Lost).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ConnectionLostException)
        {
            // It was closed, or is read again on the next connection.
        }
        catch (Exception exception)
        {
            report(exception);
        }
    }
}
