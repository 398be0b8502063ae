using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>
/// Truth under disorder: whatever a hundred users did for a minute, all that tell of presence tell the same 10 s after it, and
/// it is how things are (promise 10).
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class PresenceUnderDisorderTests
{
    private const int Seed = 20300101;
    private const int Users = 100;
    private const int PageSize = 7;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);
    private static readonly string[] Channels = ["chat:one", "chat:two", "chat:three"];

    // What must have been done for the test to have shown anything.
    private static readonly (string Action, int AtLeast)[] Enough =
    [
        ("joins", 300), ("leaves", 300), ("closes", 100), ("aborts", 300), ("flaps", 300), ("profiles", 300),
        ("hidings and showings", 50), ("changes of user", 50),
    ];

    private readonly DisorderTally _tally = new();
    private TestGateway _gateway = null!;
    private DisorderlyUser[] _users = null!;
    private Observer _seen = null!;
    private Observer _hidden = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await TestGateway.StartAsync();
        _users = [.. Enumerable.Range(0, Users).Select(i => new DisorderlyUser(_gateway, $"u{i:d3}", KindOf(i), Channels, new Random(Seed + i), _tally))];

        // The hidden one first: he hears the other come.
        _hidden = new Observer(await _gateway.ConnectAsync(TestTokens.For("hidden", new { labels = new[] { "observer" } })));
        await _hidden.Client.SubscribeAsync(new { channels = Channels, hidden = true });
        _seen = new Observer(await _gateway.ConnectAsync(TestTokens.For("seen")));
        await _seen.Client.SubscribeAsync(Channels);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await Task.WhenAll(_users.Select(user => user.CloseAllAsync()));
        await _gateway.DisposeAsync();
    }

    [Test]
    [RealTime(bearableSeconds: 1)]
    public async Task AfterAMinuteOfDisorder_AllWhoTellOfPresence_TellTheTruth()
    {
        using var stop = new CancellationTokenSource(Minute);
        await Task.WhenAll(_users.Select(user => user.RunAsync(stop.Token))).WaitAsync(Minute + Bounds.Timeout);
        var since = Stopwatch.StartNew();
        await TestContext.Out.WriteLineAsync($"Seed {Seed}: {_tally}. Left: {_users.Sum(user => user.Connections)} connections.");
        Assert.Multiple(() =>
        {
            Assert.That(_users.Sum(user => user.Lost), Is.Zero, "nobody lost a connection that he did not end");
            foreach (var (action, atLeast) in Enough)
            {
                Assert.That(_tally.Of(action), Is.GreaterThanOrEqualTo(atLeast), action);
            }
        });

        await Task.Delay(Grace);
        var differences = await DifferencesAsync();
        while (differences.Count > 0 && since.Elapsed < Grace + Margin)
        {
            await Task.Delay(100);
            differences = await DifferencesAsync();
        }

        await TestContext.Out.WriteLineAsync($"Looked at for the last time after {since.Elapsed}.");
        Assert.Multiple(() =>
        {
            Assert.That(differences, Is.Empty);
            foreach (var channel in Channels)
            {
                Assert.That(_seen.HeardIn(channel).Select(Told), Is.EqualTo(_hidden.HeardIn(channel).Select(Told)), "all are told the same, in the same order");
                foreach (var user in _users.Where(user => user is { Kind: Disorder.Steady, WasLate: false }))
                {
                    var ofHim = _seen.HeardIn(channel).Where(message => message.Member.UserId == user.Name);
                    Assert.That(ofHim.Select(message => message.Type), Is.EqualTo(new[] { PresenceTypes.Join, PresenceTypes.Update }), "a reconnect in time is no event");
                }
            }
        });

        await Task.WhenAll(_users.Select(user => user.LeaveAllAsync()));
        Assert.That(await DifferencesAsync(), Is.Empty, "all are gone, and one still sees");
        await _seen.LeaveAsync();
        Assert.That(await DifferencesAsync(), Is.Empty, "nobody is there");
    }

    private static Disorder KindOf(int user) => user switch
    {
        < 5 => Disorder.Steady,
        < 20 => Disorder.Hiding,
        < 35 => Disorder.Changing,
        _ => Disorder.Plain,
    };

    // Every place where it can be known who is there, compared with what the users know of themselves: a line for each difference.
    private async Task<IReadOnlyCollection<string>> DifferencesAsync()
    {
        var presence = _gateway.Services.GetRequiredService<IPresence>();
        var differences = new List<string>();
        await _hidden.TakeAsync();
        await _seen.TakeAsync();
        foreach (var channel in Channels)
        {
            (string Id, int Connections, string? Profile)[] truth =
                [.. _users.SelectMany(user => user.MembersIn(channel)).Concat(_seen.HasLeft ? [] : [("user:seen", 1, null)])];
            Compare("the hub", await ReadAsync(cursor => _hidden.Client.GetMembersAsync(new { channel, cursor, limit = PageSize })));
            Compare("HTTP", await ReadAsync(cursor => GetAsync($"/api/channels/{channel}/members?limit={PageSize}{(cursor is null ? null : "&cursor=" + cursor)}")));
            Compare("server code", await ReadAsync(cursor => presence.GetMembersAsync(new() { Channel = channel, Cursor = cursor, Limit = PageSize }).AsTask()));
            CompareTold("the hidden one", _hidden);
            if (!_seen.HasLeft)
            {
                CompareTold("the seen one", _seen);
            }

            void Compare(string who, (int Count, List<Member> Members) list) => Add(
                $"{channel} by {who}",
                list.Members.Select(member => $"{member.Id} with {member.Connections} as '{NameOf(member)}'").Append($"{list.Count} in all"),
                truth.Select(member => $"{member.Id} with {member.Connections} as '{member.Profile}'").Append($"{truth.Length} in all"));

            void CompareTold(string whom, Observer observer) => Add(
                $"{channel} as {whom} was told",
                observer.MembersIn(channel).Select(member => $"{member.Id} as '{NameOf(member)}'"),
                truth.Select(member => $"{member.Id} as '{member.Profile}'"));
        }

        foreach (var user in _users)
        {
            var (sessions, isOnline) = ((await presence.GetSessionsAsync(user.Name)).Count, await presence.IsOnlineAsync(user.Name));
            Add($"sessions of {user.Name}", [$"{sessions} {isOnline}"], [$"{user.Sessions} {user.Sessions > 0}"]);
        }

        var all = _gateway.Services.GetRequiredService<SessionRegistry>().All.Count();
        Add("sessions", [$"{all}"], [$"{_users.Sum(user => user.Connections) + 2}"]);
        return differences;

        void Add(string where, IEnumerable<string> found, IEnumerable<string> truth)
        {
            var (left, right) = (found.ToArray(), truth.ToArray());
            if (!left.Order(StringComparer.Ordinal).SequenceEqual(right.Order(StringComparer.Ordinal)))
            {
                differences.Add($"{where}: [{string.Join("; ", left.Except(right).Take(5))}] and not [{string.Join("; ", right.Except(left).Take(5))}]");
            }
        }
    }

    private static async Task<(int Count, List<Member> Members)> ReadAsync(Func<string?, Task<MembersPage>> askAsync)
    {
        var members = new List<Member>();
        MembersPage page;
        string? cursor = null;
        do
        {
            page = await askAsync(cursor);
            members.AddRange(page.Members);
            cursor = page.Cursor;
        }
        while (cursor is not null);

        return (page.Count, members);
    }

    private async Task<MembersPage> GetAsync(string path)
    {
        using var response = await _gateway.GetAsync(path, TestTokens.For("reader"));
        return JsonSerializer.Deserialize<MembersPage>(await response.Content.ReadAsStringAsync(), JsonSerializerOptions.Web)!;
    }

    private static string Told(PresenceMessage message) =>
        $"{message.Type} of {message.Member.Id} with {message.Member.Connections} as '{NameOf(message.Member)}'";

    private static string? NameOf(Member member) => member.Profile?.GetProperty("name").GetString();

    /// <summary>One who was there from the beginning, and puts together what he is told.</summary>
    private sealed class Observer(TestClient client)
    {
        private readonly Dictionary<string, FoldedPresence> _folded = Channels.ToDictionary(channel => channel, _ => new FoldedPresence());
        private readonly List<PresenceMessage> _heard = [];

        public TestClient Client => client;

        public bool HasLeft { get; private set; }

        public IEnumerable<Member> MembersIn(string channel) => _folded[channel].Members;

        public IEnumerable<PresenceMessage> HeardIn(string channel) => _heard.Where(message => message.Channel == channel);

        public async Task TakeAsync()
        {
            foreach (var message in await client.PresenceUntilNowAsync())
            {
                _folded[message.Channel].Add(message);
                _heard.Add(message);
            }
        }

        public async Task LeaveAsync()
        {
            await client.UnsubscribeAsync(Channels);
            HasLeft = true;
        }
    }
}
