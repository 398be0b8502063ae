using System.Globalization;
using System.Text;
using RealtimeGateway.Bench.Driver.Servers;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>Servers that publish over HTTP, each on a connection of its own. A publication is in flight until it is answered; nobody is subscribed.</summary>
/// <param name="name">What it is called in the results.</param>
/// <param name="server">Whose CPU time counts.</param>
/// <param name="reactor">What reads for the clients.</param>
/// <param name="batchSize">Publications in one request.</param>
internal sealed class HttpArrangement(string name, Server server, Reactor reactor, int batchSize) : Arrangement(name, server, reactor)
{
    private readonly List<HttpRequester> _requesters = [];
    private byte[] _request = [];

    public override int BatchSize => batchSize;

    public override string? Failure => _requesters.Select(requester => requester.Failure).FirstOrDefault(failure => failure is not null);

    public override bool IsSettled => Ledger.InFlight == 0;

    public override long Wrong => Ledger.Strays;

    /// <summary>Connects clients, which all make the same request.</summary>
    /// <param name="count">How many: no fewer than are in flight at once.</param>
    /// <param name="path">Of the request.</param>
    /// <param name="header">One more header, with its line end; may be empty.</param>
    /// <param name="body">What it posts.</param>
    public void AddRequesters(int count, string path, string header, string body)
    {
        var length = body.Length.ToString(CultureInfo.InvariantCulture);
        var type = body.StartsWith('{') ? "application/json" : "text/plain";
        _request = Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}Content-Type: {type}\r\nContent-Length: {length}\r\n\r\n{body}");
        for (var i = 0; i < count; i++)
        {
            var requester = HttpRequester.Connect(Server.Port(i), Ledger);
            Reactor.Add(requester);
            _requesters.Add(requester);
        }
    }

    public override void Publish(long scheduled)
    {
        var free = _requesters.Find(requester => requester.IsAnswered) ?? throw new InvalidOperationException("There are fewer clients than requests in flight.");
        free.Request(_request, Ledger.Begin(scheduled, audience: 1));
    }

    // They are idle for a few seconds, between their turns; no server closes a connection for that.
    public override void KeepAlive()
    {
    }
}
