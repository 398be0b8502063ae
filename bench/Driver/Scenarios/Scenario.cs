using RealtimeGateway.Bench.Driver.Results;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>A question that is put to several servers in turns.</summary>
internal abstract class Scenario
{
    /// <summary>What it is called on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it measures.</summary>
    public abstract string Title { get; }

    /// <summary>Measures all of it.</summary>
    /// <exception cref="InvalidOperationException">A server did not start, or took its clients not at all.</exception>
    public abstract IReadOnlyList<CaseResult> Run(Stage stage);
}
