namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>How an arrangement is made to publish while it is measured.</summary>
internal interface ILoad
{
    /// <summary>Measures it once, and leaves it with nothing in flight.</summary>
    /// <param name="arrangement">Who publishes, and hears.</param>
    /// <param name="warmUp">How long that goes before anything counts.</param>
    /// <param name="time">How long it is measured.</param>
    Measurement Run(Arrangement arrangement, TimeSpan warmUp, TimeSpan time);
}
