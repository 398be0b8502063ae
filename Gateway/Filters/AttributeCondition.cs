using System.Text.Json;

namespace RealtimeGateway.Filters;

/// <summary>Compares what is at a path in the data.</summary>
internal sealed class AttributeCondition(AttributePath path, Comparison comparison, ScalarSet values) : Condition
{
    public override bool Holds(JsonElement data) => comparison.Holds(path.Find(data), values);

    public override string ToString() => $"""["{comparison.Method}",{JsonSerializer.Serialize(path.ToString())},{values}]""";
}
