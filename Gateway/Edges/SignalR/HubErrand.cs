using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>What the hub of one node asks of that of another, where a connection is concerned that the other has.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Join), "join")]
[JsonDerivedType(typeof(Leave), "leave")]
[JsonDerivedType(typeof(Send), "send")]
[JsonDerivedType(typeof(Call), "call")]
[JsonDerivedType(typeof(AwaitsAnswer), "awaits")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(Answered), "answered")]
[JsonDerivedType(typeof(NotAnswered), "failed")]
internal abstract record HubErrand
{
    private static readonly JsonSerializerOptions Wire = new()
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>As it travels.</summary>
    public JsonElement Write() => JsonSerializer.SerializeToElement(this, Wire);

    /// <summary>Reads that; false for what is none of these.</summary>
    public static bool TryRead(JsonElement body, [NotNullWhen(true)] out HubErrand? errand)
    {
        try
        {
            errand = body.Deserialize<HubErrand>(Wire);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            // The second is for one that does not say what to do.
            errand = null;
        }

        return errand is not null;
    }

    /// <summary>Asked of all: put a connection into a group.</summary>
    internal sealed record Join(string ConnectionId, string Group) : HubErrand;

    /// <summary>Asked of all: take a connection out of a group.</summary>
    internal sealed record Leave(string ConnectionId, string Group) : HubErrand;

    /// <summary>Told to all: a message to connections.</summary>
    /// <param name="ConnectionIds">The connections.</param>
    /// <param name="Encoded">The message, by the name of the protocol.</param>
    internal sealed record Send(IReadOnlyList<string?> ConnectionIds, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Encoded) : HubErrand;

    /// <summary>Asked of all: call a method of a client, and tell the asker what it answers.</summary>
    /// <param name="ConnectionId">The client's connection.</param>
    /// <param name="CallId">The id of the invocation, unique among all nodes.</param>
    /// <param name="Encoded">The invocation, by the name of the protocol.</param>
    internal sealed record Call(string ConnectionId, string CallId, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Encoded) : HubErrand;

    /// <summary>Asked of one: whether the client's answer is still to come.</summary>
    internal sealed record AwaitsAnswer(string CallId) : HubErrand;

    /// <summary>Told to one or all: nobody waits for the client's answer any more.</summary>
    internal sealed record Cancel(string CallId) : HubErrand;

    /// <summary>Told to the asker: the client answered.</summary>
    /// <param name="ConnectionId">The client's connection.</param>
    /// <param name="CallId">The id of the invocation.</param>
    /// <param name="Protocol">The name of the client's protocol.</param>
    /// <param name="Completion">The answer as a complete message of it. Only the asker knows which type it has to be.</param>
    internal sealed record Answered(string ConnectionId, string CallId, string Protocol, ReadOnlyMemory<byte> Completion) : HubErrand;

    /// <summary>Told to the asker: the client answered with an error, or went.</summary>
    internal sealed record NotAnswered(string ConnectionId, string CallId, string Error) : HubErrand;
}
