using System.Text.Json;
using RealtimeGateway.Backplane;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Writes the callbacks that many clients get as invocations of a hub protocol: <c>event</c> in the shape of
/// <see cref="EventMessage"/>, with the payload's bytes as they are published, and <c>presence</c>.
/// </summary>
internal abstract class CallbackEncoding : IEncoding
{
    public abstract string Name { get; }

    public ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed) => Invocation(
        Callbacks.Event,
        (publication, matched, isReplayed),
        static (writer, e) => EventJson.Write(writer, e.publication, e.matched, e.isReplayed));

    public ReadOnlyMemory<byte> Encode(PresenceMessage message) => Invocation(
        Callbacks.Presence,
        message,
        static (writer, message) => JsonSerializer.Serialize(writer, message, JsonSerializerOptions.Web));

    /// <summary>One call of a method of the client's.</summary>
    /// <param name="target">The method.</param>
    /// <param name="argument">Its argument.</param>
    /// <param name="writeArgument">Writes that as JSON.</param>
    protected abstract ReadOnlyMemory<byte> Invocation<T>(string target, T argument, Action<Utf8JsonWriter, T> writeArgument);
}
