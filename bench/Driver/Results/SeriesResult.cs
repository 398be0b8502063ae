using RealtimeGateway.Bench.Driver.Load;

namespace RealtimeGateway.Bench.Driver.Results;

/// <summary>All measurements of one arrangement under one load.</summary>
/// <param name="Name">Of the arrangement.</param>
/// <param name="Reference">The series whose measurement of the same round each is compared with; null if this is what others are compared with.</param>
/// <param name="Rounds">By round.</param>
internal sealed record SeriesResult(string Name, string? Reference, IReadOnlyList<Measurement> Rounds);
