using Microsoft.AspNetCore.Http.Features;
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
            if (ClientNetwork.Parse(written[i]) is { } network)
            {
                networks.Add(network);
            }
            else
            {
                problems.Add($"{GatewayOptions.Section}:TrustedProxies:{i} '{written[i]}' is {ClientNetwork.Description}.");
            }
        }

        return new TrustedProxies(networks);
    }

    /// <summary>Where a request comes from: its connection, or what a trusted proxy says of it.</summary>
    public Whereabouts WhereaboutsOf(HttpContext context)
    {
        _forwarded?.ApplyForwarders(context);
        var origin = context.Request.Headers.Origin;
        return new Whereabouts(context.Features.Get<IHttpConnectionFeature>()?.RemoteIpAddress, origin.Count == 0 ? null : origin.ToString());
    }
}
