using System.Text.Json;

namespace RealtimeGateway.Contracts;

/// <summary>An argument has the wrong shape. The message is a sentence for whoever sent it.</summary>
internal sealed class ShapeException(string sentence, JsonException? cause = null) : JsonException(sentence, cause);
