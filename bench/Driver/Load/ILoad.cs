namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>How an arrangement is made to publish while it is measured.</summary>
internal interface ILoad
{
    /// <summary>Measures it once, and leaves it with nothing in flight.</summary>
    Measurement Run(Arrangement arrangement);
}
