using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Channels;

/// <summary>How an edge writes for its clients. One instance per wire format, so that equal formats share what was encoded.</summary>
internal interface IEncoding
{
    /// <summary>One publication as one complete message of the wire.</summary>
    ReadOnlyMemory<byte> Encode(Publication publication);

    /// <summary>One change of a channel's members as one complete message of the wire.</summary>
    ReadOnlyMemory<byte> Encode(PresenceMessage message);
}
