namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// What this node has entered into the directory, whatever Redis has of it, and who left while Redis could not be told. It is what the
/// directory is made right by.
/// </summary>
internal sealed class LocalOccupants(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Channel, string ConnectionId), Occupant> _occupants = [];
    private readonly List<(string Channel, Occupant Occupant, long LeftAt, TimeSpan Grace)> _untold = [];

    public void Add(string channel, Occupant occupant)
    {
        lock (_lock)
        {
            _occupants[(channel, occupant.ConnectionId)] = occupant;
        }
    }

    public void Remove(string channel, Occupant occupant)
    {
        lock (_lock)
        {
            _occupants.Remove((channel, occupant.ConnectionId));
        }
    }

    public Occupant? Find(string channel, string connectionId)
    {
        lock (_lock)
        {
            return _occupants.GetValueOrDefault((channel, connectionId));
        }
    }

    public IReadOnlyList<(string Channel, Occupant Occupant)> All()
    {
        lock (_lock)
        {
            return [.. _occupants.Select(entry => (entry.Key.Channel, entry.Value))];
        }
    }

    /// <summary>Somebody left, and it is to be told later.</summary>
    public void AddUntold(string channel, Occupant occupant, TimeSpan grace)
    {
        lock (_lock)
        {
            _untold.Add((channel, occupant, time.GetTimestamp(), grace));
        }
    }

    /// <summary>Takes those who left and were not told, each with what is left of his grace.</summary>
    public IReadOnlyList<(string Channel, Occupant Occupant, TimeSpan Grace)> TakeUntold()
    {
        lock (_lock)
        {
            var taken = _untold.Select(one => (one.Channel, one.Occupant, Left(one.Grace - time.GetElapsedTime(one.LeftAt)))).ToArray();
            _untold.Clear();
            return taken;
        }
    }

    private static TimeSpan Left(TimeSpan grace) => grace > TimeSpan.Zero ? grace : TimeSpan.Zero;
}
