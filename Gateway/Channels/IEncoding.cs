using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Channels;

/// <summary>How an edge writes for its clients. One instance per wire format, so that equal formats share what was encoded.</summary>
internal interface IEncoding
{
    /// <summary>What the format is called among nodes: <c>json</c> for SignalR's JSON protocol.</summary>
    string Name { get; }

    /// <summary>One publication as one complete message of the wire.</summary>
    /// <param name="publication">The publication.</param>
    /// <param name="matched">The keys of the interests that it matched; empty for none to be told.</param>
    /// <param name="isReplayed">Whether it comes from history.</param>
    ReadOnlyMemory<byte> Encode(Publication publication, IReadOnlyList<string> matched, bool isReplayed);

    /// <summary>One change of a channel's members as one complete message of the wire.</summary>
    ReadOnlyMemory<byte> Encode(PresenceMessage message);
}
