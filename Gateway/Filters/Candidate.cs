using System.Text.Json;

namespace RealtimeGateway.Filters;

/// <summary>
/// A publication as it is offered to one interest after another. Its data is parsed when the first filter asks, and not again.
/// For one thread.
/// </summary>
/// <param name="name">The event's name.</param>
/// <param name="data">
/// The data: valid JSON in UTF-8, at most 64 deep and without half surrogate pairs. It must not change until this is disposed.
/// </param>
internal sealed class Candidate(string name, ReadOnlyMemory<byte> data) : IDisposable
{
    private JsonDocument? _document;

    /// <summary>The event's name.</summary>
    public string Event { get; } = name;

    /// <summary>The data, until this is disposed.</summary>
    public JsonElement Data => (_document ??= JsonDocument.Parse(data)).RootElement;

    public void Dispose() => _document?.Dispose();
}
