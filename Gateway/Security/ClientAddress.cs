using System.Net;
using System.Net.Sockets;

namespace RealtimeGateway.Security;

/// <summary>
/// Where a client comes from, as far as it is counted: an IPv4 address, or the first 64 bits of an IPv6 address, since one
/// subscriber line has all the others (RFC 6177).
/// </summary>
internal readonly record struct ClientAddress
{
    private const int PrefixBytes = 8;

    private readonly string _text;

    private ClientAddress(string text) => _text = text;

    /// <summary>The address of a peer; null, as a transport without addresses has it, is one that all such peers share.</summary>
    public static ClientAddress Of(IPAddress? peer)
    {
        if (peer is null)
        {
            return new ClientAddress("unknown");
        }

        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return new ClientAddress(address.ToString());
        }

        var prefix = new byte[16];
        address.GetAddressBytes().AsSpan(0, PrefixBytes).CopyTo(prefix);
        return new ClientAddress(new IPAddress(prefix) + "/64");
    }

    public override string ToString() => _text;
}
