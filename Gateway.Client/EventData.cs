using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

/// <summary>Reads the data of a publication as a type.</summary>
public static class EventData
{
    /// <summary>The data as <typeparamref name="T"/>, by metadata that was generated from source: without reflection.</summary>
    /// <exception cref="JsonException">It is no such thing.</exception>
    public static T? ReadData<T>(this EventMessage message, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Data.Deserialize(typeInfo);
    }

    /// <summary>The data as <typeparamref name="T"/>; without options, with camelCase names and numbers in strings allowed.</summary>
    /// <exception cref="JsonException">It is no such thing.</exception>
    [RequiresUnreferencedCode("Reads by reflection; give a JsonTypeInfo where the application is trimmed.")]
    [RequiresDynamicCode("Reads by reflection; give a JsonTypeInfo where the application is compiled ahead of time.")]
    public static T? ReadData<T>(this EventMessage message, JsonSerializerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Data.Deserialize<T>(options ?? JsonSerializerOptions.Web);
    }
}
