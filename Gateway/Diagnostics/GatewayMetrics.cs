using System.Diagnostics.Metrics;

namespace RealtimeGateway.Diagnostics;

/// <summary>
/// What the gateway counts of itself. No tag names a channel, a user or a connection: each of these would be a series of its own,
/// and a metrics store is read by people who may not know them.
/// </summary>
/// <remarks>
/// A publication costs three additions, however many get it. What is observed costs when it is collected, and nothing before.
/// </remarks>
internal sealed class GatewayMetrics
{
    /// <summary>The name by which a collector asks for all of them.</summary>
    public const string MeterName = "RealtimeGateway";

    // From a handful of readers on this node to a node that is far behind.
    private static readonly InstrumentAdvice<double> LatencyBuckets = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly Meter _meter;
    private readonly UpDownCounter<long> _sessions;
    private readonly Counter<long> _publications;
    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _slowCloses;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _recoveries;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _repairs;
    private readonly Counter<long> _losses;
    private readonly Counter<long> _controlUnreadable;

    public GatewayMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _sessions = _meter.CreateUpDownCounter<long>("realtime.sessions", "{session}", "Sessions that are open.");
        _publications = _meter.CreateCounter<long>("realtime.publications", "{publication}", "Publications that were acknowledged, one for each channel.");
        _deliveries = _meter.CreateCounter<long>("realtime.deliveries", "{delivery}", "Publications handed to a session, one for each session.");
        _latency = _meter.CreateHistogram("realtime.delivery.duration", "s", "From the time of a publication until the last session here has it in its queue.", tags: null, LatencyBuckets);
        _slowCloses = _meter.CreateCounter<long>("realtime.slow_closes", "{connection}", "Connections that were closed because their client did not read in time.");
        _refusals = _meter.CreateCounter<long>("realtime.refusals", "{refusal}", "Calls and requests that were refused.");
        _recoveries = _meter.CreateCounter<long>("realtime.recoveries", "{recovery}", "Channels in which a session asked for what it had missed.");
        _unreadable = _meter.CreateCounter<long>("realtime.backplane.unreadable", "{message}", "Messages from the backplane that no node can have written.");
        _repairs = _meter.CreateCounter<long>("realtime.backplane.repairs", "{publication}", "Publications that did not come by the backplane and were read from history.");
        _losses = _meter.CreateCounter<long>("realtime.backplane.losses", "{channel}", "Channels in which something was lost between the backplane and this node.");
        _controlUnreadable = _meter.CreateCounter<long>("realtime.control.unreadable", "{entry}", "Entries of the control log, and records of it, that could not be read.");
    }

    public void SessionOpened(string transport) => _sessions.Add(1, Tag("transport", transport));

    public void SessionClosed(string transport) => _sessions.Add(-1, Tag("transport", transport));

    public void Published() => _publications.Add(1);

    /// <summary>A publication was handed out on this node.</summary>
    /// <param name="sessions">To how many sessions.</param>
    /// <param name="latency">How long after its time.</param>
    public void Delivered(int sessions, TimeSpan latency)
    {
        if (sessions > 0)
        {
            _deliveries.Add(sessions);
            _latency.Record(Math.Max(latency.TotalSeconds, 0)); // The clock that gave it its time may be another's.
        }
    }

    public void ClosedAsSlow() => _slowCloses.Add(1);

    /// <summary>Somebody did not get what he asked for.</summary>
    /// <param name="code">Why, by one of the error codes.</param>
    /// <param name="surface">Where: <see cref="Surfaces"/>.</param>
    public void Refused(string code, string surface) => _refusals.Add(1, Tag("code", code), Tag("surface", surface));

    /// <summary>A session asked for what it had missed in a channel.</summary>
    /// <param name="outcome">Why it did not get it; null when it did.</param>
    public void Recovered(string? outcome) => _recoveries.Add(1, Tag("outcome", outcome ?? "recovered"));

    /// <summary>Something came from the backplane that cannot be read, or that its store does not have.</summary>
    public void UnreadableMessage() => _unreadable.Add(1);

    /// <summary>A publication did not come, and was read from history.</summary>
    public void Repaired() => _repairs.Add(1);

    /// <summary>Something of a channel is lost for this node.</summary>
    /// <param name="reason">Why, one of the reasons of a recovery.</param>
    public void Lost(string reason) => _losses.Add(1, Tag("reason", reason));

    /// <summary>What came as something for every node to apply could not be read.</summary>
    public void ControlUnreadable() => _controlUnreadable.Add(1);

    /// <summary>Observes what waits in the queues of all clients, in bytes.</summary>
    public void ObserveQueues(Func<long> bytes) =>
        _meter.CreateObservableUpDownCounter("realtime.queue.size", bytes, "By", "Bytes that wait to be sent, in the queues of all sessions.");

    /// <summary>Observes what this process keeps of its channels.</summary>
    public void ObserveHistory(Func<long> bytes, Func<long> channels)
    {
        _meter.CreateObservableUpDownCounter("realtime.history.size", bytes, "By", "Bytes of history and idempotency keys that are kept.");
        _meter.CreateObservableUpDownCounter("realtime.history.channels", channels, "{channel}", "Channels of which a history is kept.");
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    /// <summary>Where something is refused.</summary>
    public static class Surfaces
    {
        public const string Hub = "hub";
        public const string Http = "http";
    }
}
