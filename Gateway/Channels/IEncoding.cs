using RealtimeGateway.Backplane;

namespace RealtimeGateway.Channels;

/// <summary>How an edge writes for its clients. One instance per wire format, so that equal formats share what was encoded.</summary>
internal interface IEncoding
{
    /// <summary>One publication as one complete message of the wire.</summary>
    ReadOnlyMemory<byte> Encode(Publication publication);
}
