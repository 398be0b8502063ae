using BenchmarkDotNet.Attributes;
using RealtimeGateway.Configuration;
using RealtimeGateway.Security;
using RealtimeGateway.Security.Policies;

namespace RealtimeGateway.Bench.Micro;

/// <summary>What every subscribe and every publish asks the policies, of a channel that only the last of them fits.</summary>
[MemoryDiagnoser]
public class MatchPolicy
{
    private const string Channel = "auction:house-7:1842";

    private static readonly HashSet<Role> Roles =
    [
        Role.Any,
        Role.Users,
        .. new[] { "user:user-31337", "team:house-7", "label:bidder" }.Select(text => Role.TryParse(text, out var role) ? role : default),
    ];

    private PolicySet _policies = null!;

    /// <summary>How many policies.</summary>
    [Params(1, 10, 100)]
    public int Policies { get; set; }

    /// <summary>Compiles them.</summary>
    [GlobalSetup]
    public void Setup()
    {
        List<ChannelPolicyOptions> written = [.. Enumerable.Range(1, Policies - 1).Select(i => Policy($"area-{i}:{{team}}:*")), Policy("auction:{team}:*")];
        var problems = new List<string>();
        _policies = PolicyCompiler.Compile(written, broadcast: [], problems);
        Expect.That(problems.Count == 0, string.Join(' ', problems));
        Expect.That(ReadByCapture() && WriteByRole() && History() is not null, "The last policy does not rule the channel.");
    }

    /// <summary>May it read? By a role that the channel's name fills in.</summary>
    [Benchmark]
    public bool ReadByCapture() => _policies.Allows(Roles, Right.Read, Channel);

    /// <summary>May it write? By a role that stands in the policy as it is.</summary>
    [Benchmark]
    public bool WriteByRole() => _policies.Allows(Roles, Right.Write, Channel);

    /// <summary>What is kept?</summary>
    [Benchmark]
    public object? History() => _policies.HistoryOf(Channel);

    private static ChannelPolicyOptions Policy(string pattern) => new()
    {
        Pattern = pattern,
        Read = ["team:{team}"],
        Write = ["users"],
        History = new HistoryOptions { Size = 100, Ttl = TimeSpan.FromMinutes(10) },
    };
}
