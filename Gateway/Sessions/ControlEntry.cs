using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Sessions;

/// <summary>One entry of the control log: what every node has to apply. Its bytes are versioned, and read as a stranger's.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RevokeUser), "revoke_user")]
[JsonDerivedType(typeof(RevokeToken), "revoke_token")]
[JsonDerivedType(typeof(AssignRoles), "assign_roles")]
[JsonDerivedType(typeof(DisconnectUser), "disconnect_user")]
[JsonDerivedType(typeof(UnsubscribeUser), "unsubscribe_user")]
[JsonDerivedType(typeof(RememberAgain), "remember_again")]
internal abstract record ControlEntry
{
    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>By which version of this format it is written.</summary>
    [JsonRequired]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Whether what it says can be applied.</summary>
    protected virtual bool IsSound => true;

    /// <summary>Reads an entry; false for what is none, or one of another version.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out ControlEntry? entry)
    {
        try
        {
            entry = JsonSerializer.Deserialize<ControlEntry>(bytes.Span, Json);
            return entry is { Version: CurrentVersion, IsSound: true };
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            // It is no JSON, lacks something, or is of a type that is not known here.
            entry = null;
            return false;
        }
    }

    public ReadOnlyMemory<byte> Write() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}
