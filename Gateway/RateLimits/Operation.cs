namespace RealtimeGateway.RateLimits;

/// <summary>What is counted.</summary>
internal enum Operation
{
    /// <summary>To come in; also what was refused at the door.</summary>
    Connect,

    /// <summary>To subscribe, once for each channel that is asked for.</summary>
    Subscribe,

    /// <summary>To tell others something, once for each channel that it goes to.</summary>
    Publish,

    /// <summary>Everything else, calls that make no sense included. Pings are free.</summary>
    Request,
}
