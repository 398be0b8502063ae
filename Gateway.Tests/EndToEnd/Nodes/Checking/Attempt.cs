using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>
/// One publication as its publisher knows it, repeats under its id included. As long as nothing else is told, its outcome is unknown. For one
/// thread at a time.
/// </summary>
/// <param name="checker">The run.</param>
/// <param name="channel">Where it goes.</param>
/// <param name="data">Its payload, which no other has.</param>
internal sealed class Attempt(HistoryChecker checker, string channel, string data)
{
    private readonly List<Position> _positions = [];

    public string Channel => channel;

    public string Data => data;

    /// <summary>When it was sent first, on the run's clock.</summary>
    public long SentAt { get; } = checker.Tick();

    /// <summary>When it was acknowledged first; null if it never was.</summary>
    public long? AcknowledgedAt { get; private set; }

    /// <summary>The id that the acknowledgement named.</summary>
    public string? Id { get; private set; }

    /// <summary>The positions that acknowledgements named: one, if all is well and the channel keeps history.</summary>
    public IReadOnlyList<Position> Positions => _positions;

    /// <summary>Whether it was refused for good.</summary>
    public bool IsRefused { get; private set; }

    public void Acknowledged(string id, Position? position)
    {
        Id = id;
        AcknowledgedAt ??= checker.Tick();
        if (position is not null && !_positions.Contains(position))
        {
            _positions.Add(position);
        }
    }

    public void Refused() => IsRefused = true;
}
