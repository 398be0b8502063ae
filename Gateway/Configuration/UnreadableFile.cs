using System.Text.Json;

namespace RealtimeGateway.Configuration;

/// <summary>Says why a JSON file of settings cannot be read. What the parser says may quote the rest of the file, secrets included.</summary>
internal static class UnreadableFile
{
    /// <summary>A sentence with the place, and nothing of what stands there.</summary>
    public static string Describe(Exception exception) => exception.GetBaseException() switch
    {
        JsonException json => $"It is no JSON: line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}.",
        var other => other.Message,
    };
}
