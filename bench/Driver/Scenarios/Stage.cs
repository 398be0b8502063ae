using RealtimeGateway.Bench.Driver.Dialects;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Results;
using RealtimeGateway.Bench.Driver.Servers;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Scenarios;

/// <summary>What one scenario needs: its servers, which all run all the time, so that none is measured cold, and the rounds in which they take turns.</summary>
internal sealed class Stage : IDisposable
{
    private readonly Options _options;
    private readonly List<Server> _servers = [];
    private readonly List<string> _leftOut = [];
    private readonly HashSet<Arrangement> _warm = [];
    private readonly KeepAlive _keepAlive;

    public Stage(Options options)
    {
        _options = options;
        _keepAlive = new KeepAlive(Reactor);
    }

    public Options Options => _options;

    public Reactor Reactor { get; } = new();

    /// <summary>What could not be started, and why.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>Starts a server that there has to be.</summary>
    public Server Start(Func<Server> start)
    {
        var server = start();
        _servers.Add(server);
        return server;
    }

    /// <summary>Starts what is installed of some peers. What does not start is left out, too.</summary>
    public IReadOnlyList<Server> StartInstalled(params Peer[] peers)
    {
        var started = new List<Server>();
        foreach (var peer in Installed(peers))
        {
            try
            {
                started.Add(Start(peer.Start));
            }
            catch (InvalidOperationException exception)
            {
                _leftOut.Add($"{peer.Name}: {exception.Message}");
            }
        }

        return started;
    }

    /// <summary>Which of some peers can be started. The others are left out, and it is written down why.</summary>
    public IReadOnlyList<Peer> Installed(params Peer[] peers)
    {
        var installed = new List<Peer>();
        foreach (var peer in peers)
        {
            if (_options.BareOnly)
            {
                _leftOut.Add($"{peer.Name}: it was not asked for.");
            }
            else if (Has(peer.Name, [.. peer.Needs]))
            {
                installed.Add(peer);
            }
        }

        return installed;
    }

    /// <summary>Whether what something needs is on the machine. If not it is left out, and that is written down.</summary>
    /// <param name="name">What it is called in the results.</param>
    /// <param name="programs">All that it needs.</param>
    public bool Has(string name, params string[] programs)
    {
        var missing = programs.FirstOrDefault(program => !Programs.Has(program));
        if (missing is not null)
        {
            _leftOut.Add($"{name}: {missing} is not installed.");
        }

        return missing is null;
    }

    /// <summary>Makes an arrangement in the dialect of its server.</summary>
    public WebSocketArrangement Arrange(Server server, Action<WebSocketArrangement> populate) => Arrange(server.Name, server, server.Dialect, populate);

    /// <summary>Makes an arrangement.</summary>
    /// <param name="name">What it is called in the results.</param>
    /// <param name="server">Whose clients they are.</param>
    /// <param name="dialect">How that is spoken to.</param>
    /// <param name="populate">Connects the clients.</param>
    public WebSocketArrangement Arrange(string name, Server server, Dialect dialect, Action<WebSocketArrangement> populate)
    {
        var arrangement = new WebSocketArrangement(name, server, dialect, Reactor);
        populate(arrangement);
        _keepAlive.Add(arrangement);
        return arrangement;
    }

    /// <summary>Measures each arrangement in each round, one after the other, until there are enough valid pairs.</summary>
    /// <param name="name">What the load is.</param>
    /// <param name="load">It.</param>
    /// <param name="metrics">What is compared; what the rounds are judged by comes first.</param>
    /// <param name="series">The arrangements, each with the one that it is compared with, if any.</param>
    public CaseResult Compare(string name, ILoad load, IReadOnlyList<string> metrics, IReadOnlyList<(Arrangement Arrangement, Arrangement? Reference)> series)
    {
        Warm([.. series.Select(one => one.Arrangement).Where(_warm.Add)], load);
        return new Rounds(_options.Rounds, Options.Turns).Compare(name, metrics, [.. series.Select(one =>
            new Contender(one.Arrangement.Name, one.Reference?.Name, () => Measure(one.Arrangement, load, _options.Turn)))]);
    }

    public void Dispose()
    {
        Reactor.Dispose();
        _servers.ForEach(server => server.Dispose());
    }

    // Again when each had its time: what a compiler learned in the first, it has made use of by then, and learns from that anew.
    private void Warm(IReadOnlyList<Arrangement> cold, ILoad load)
    {
        for (var time = 0; time < Options.Warmings; time++)
        {
            foreach (var arrangement in cold)
            {
                _ = Measurement.Try(() => Measure(arrangement, load, _options.Warming));
            }
        }
    }

    private Measurement Measure(Arrangement arrangement, ILoad load, TimeSpan time)
    {
        _keepAlive.WhenDue();
        return arrangement.Failure is { } failure ? Measurement.Failed(failure)
            : !arrangement.IsSettled ? Measurement.Failed("What an earlier turn published has not come to all.")
            : load.Run(arrangement, _options.Settling, time);
    }
}
