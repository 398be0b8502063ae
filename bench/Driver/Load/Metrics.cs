namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>What is measured. The names are those of the results.</summary>
internal static class Metrics
{
    /// <summary>Microseconds of the server's CPU time for each delivery.</summary>
    public const string CpuPerDelivery = "CPU per delivery";

    /// <summary>Microseconds of the server's CPU time for each publication.</summary>
    public const string CpuPerPublication = "CPU per publication";

    /// <summary>Deliveries a second.</summary>
    public const string Deliveries = "deliveries/s";

    /// <summary>Publications a second.</summary>
    public const string Publications = "publications/s";

    /// <summary>Microseconds from the time for which a publication was scheduled to a delivery: half of them take no longer.</summary>
    public const string P50 = "p50";

    /// <summary>The same of 90 %.</summary>
    public const string P90 = "p90";

    /// <summary>The same of 99 %.</summary>
    public const string P99 = "p99";

    /// <summary>The longest.</summary>
    public const string Max = "max";

    /// <summary>The server's CPU time as a share of the time, 1 for one processor.</summary>
    public const string ServerBusy = "server busy";

    /// <summary>The share of the time in which the driver had something to do.</summary>
    public const string DriverBusy = "driver busy";

    /// <summary>Bytes of resident memory for each idle connection.</summary>
    public const string MemoryPerConnection = "memory per connection";

    /// <summary>Sessions that begin in a second, while 5,000 connect.</summary>
    public const string Connects = "connects/s";

    /// <summary>Seconds from the loss of all connections until the last is back.</summary>
    public const string Storm = "reconnect storm";
}
