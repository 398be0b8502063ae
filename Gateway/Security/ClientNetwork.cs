using System.Net;
using System.Net.Sockets;

namespace RealtimeGateway.Security;

/// <summary>Addresses and networks as an operator writes them: <c>192.0.2.7</c>, <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>.</summary>
internal static class ClientNetwork
{
    /// <summary>What one is in a sentence about a mistake.</summary>
    public const string Description = "neither an address nor a network such as 10.0.0.0/8";

    /// <summary>
    /// Reads one; null if it is none. IPv4 in its usual form only: to the library 10/8 is 0.0.0.0/8, and 010.0.0.1, in octal, is
    /// 8.0.0.1 of a stranger.
    /// </summary>
    public static IPNetwork? Parse(string? written)
    {
        var name = written?.Split('/')[0];
        if (!IPAddress.TryParse(name, out var address) || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != name))
        {
            return null;
        }

        return name == written ? AloneIn(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
            : IPNetwork.TryParse(written, out var network) ? network
            : null;
    }

    /// <summary>Whether an address is in a network. An IPv4 address in the form of an IPv6 one is the IPv4 address.</summary>
    public static bool Has(this IPNetwork network, IPAddress address) =>
        network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static IPNetwork AloneIn(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);
}
