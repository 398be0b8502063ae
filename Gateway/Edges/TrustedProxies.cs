using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RealtimeGateway.Configuration;
using RealtimeGateway.Security;
using IPNetwork = System.Net.IPNetwork;

namespace RealtimeGateway.Edges;

/// <summary>Whose word is taken for where a request comes from. ASP.NET Core reads the header; this says for whom.</summary>
internal sealed class TrustedProxies
{
    private readonly ForwardedHeadersMiddleware? _forwarded;

    private TrustedProxies(IReadOnlyCollection<IPNetwork> networks)
    {
        if (networks.Count == 0)
        {
            return;
        }

        // As many steps as are trusted: the first address that is no proxy of ours is the client's.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        _forwarded = new ForwardedHeadersMiddleware(_ => Task.CompletedTask, NullLoggerFactory.Instance, Options.Create(options));
    }

    /// <summary>Makes them out of what was written; <paramref name="problems"/> gets a sentence for each mistake.</summary>
    public static TrustedProxies Compile(IList<string> written, ICollection<string> problems)
    {
        var networks = new List<IPNetwork>();
        for (var i = 0; i < written.Count; i++)
        {
            if (Parse(written[i]) is { } network)
            {
                networks.Add(network);
            }
            else
            {
                problems.Add($"{GatewayOptions.Section}:TrustedProxies:{i} '{written[i]}' is neither an address nor a network such as 10.0.0.0/8.");
            }
        }

        return new TrustedProxies(networks);
    }

    // IPv4 in its usual form only: to the library 10/8 is 0.0.0.0/8, and 010.0.0.1, in octal, is 8.0.0.1 of a stranger.
    private static IPNetwork? Parse(string? written)
    {
        var name = written?.Split('/')[0];
        if (!IPAddress.TryParse(name, out var address) || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != name))
        {
            return null;
        }

        return name == written ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : IPNetwork.TryParse(written, out var network) ? network
            : null;
    }

    /// <summary>Where a request comes from: its connection, or what a trusted proxy says of it.</summary>
    public ClientAddress AddressOf(HttpContext context)
    {
        _forwarded?.ApplyForwarders(context);
        return ClientAddress.Of(context.Connection.RemoteIpAddress);
    }
}
