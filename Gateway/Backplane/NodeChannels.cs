namespace RealtimeGateway.Backplane;

/// <summary>The channels through which nodes speak to each other. No session is ever in one of them.</summary>
internal static class NodeChannels
{
    /// <summary>The control log: what every node has to apply, by position like any channel with history.</summary>
    public const string Control = "$control";

    /// <summary>What every node hears and need not apply.</summary>
    public const string All = "$nodes";

    private const string OnePrefix = "$node:";

    /// <summary>How much of the control log is kept: who was away longer begins with what is remembered (<see cref="IRecordStore"/>).</summary>
    public static Retention ControlRetention { get; } = new(Size: 10_000, Ttl: TimeSpan.FromDays(1));

    /// <summary>What one node alone hears.</summary>
    public static string Of(string nodeId) => OnePrefix + nodeId;

    /// <summary>Whether this names one of them, so that nothing else may.</summary>
    public static bool IsReserved(string channel) =>
        channel is Control or All || channel.StartsWith(OnePrefix, StringComparison.Ordinal);
}
