using System.Text.Json;

namespace RealtimeGateway.Filters;

/// <summary>What a filter asks of the data, ready to be asked. Immutable, and safe for any number of threads.</summary>
internal abstract class Condition
{
    /// <summary>Whether it holds; it does or does not, whatever the data is.</summary>
    public abstract bool Holds(JsonElement data);

    /// <summary>The canonical text, in JSON: conditions that are equal but for order, repetition and spelling have the same.</summary>
    public abstract override string ToString();
}
