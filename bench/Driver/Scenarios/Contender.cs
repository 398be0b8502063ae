using RealtimeGateway.Bench.Driver.Load;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>What takes part in the rounds.</summary>
/// <param name="Name">What it is called in the results.</param>
/// <param name="Reference">With whom it is compared; null if others are compared with it.</param>
/// <param name="Measure">Measures it once.</param>
internal sealed record Contender(string Name, string? Reference, Func<Measurement> Measure);
