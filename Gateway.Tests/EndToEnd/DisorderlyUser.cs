using System.Diagnostics;
using System.Text.Json;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>What a <see cref="DisorderlyUser"/> does beside coming and going.</summary>
internal enum Disorder
{
    /// <summary>Nothing.</summary>
    Plain,

    /// <summary>He comes once and then only reconnects, so that nobody should hear of him again.</summary>
    Steady,

    /// <summary>He hides and shows himself.</summary>
    Hiding,

    /// <summary>Each of his connections is a guest or he, by turns.</summary>
    Changing,
}

/// <summary>
/// One user who comes, goes, breaks off and comes back, one thing after another, and knows what should be seen of him in the end.
/// All that he does is answered before the next, so what he knows does not depend on how fast the gateway is; what may be in time
/// or not, he does not rely on.
/// </summary>
internal sealed class DisorderlyUser(TestGateway gateway, string name, Disorder kind, string[] channels, Random random, DisorderTally tally)
{
    private const int MostLines = 3;
    private const int Beat = 2_000;

    // Shorter than the grace by more than a busy machine takes to notice a connection.
    private static readonly TimeSpan SurelyInTime = TimeSpan.FromSeconds(8);

    private readonly List<Line> _lines = [];
    private readonly Dictionary<string, string?> _profiles = [];
    private readonly string _token = TestTokens.For(name, new { labels = kind == Disorder.Hiding ? new[] { "observer" } : [] });
    private int _profilesTold;

    public string Name => name;

    public Disorder Kind => kind;

    /// <summary>Connections that he has as a user.</summary>
    public int Sessions => _lines.Count(line => !line.IsGuest);

    /// <summary>Connections that he has.</summary>
    public int Connections => _lines.Count;

    /// <summary>Whether he was ever so late that he may have been given up.</summary>
    public bool WasLate { get; private set; }

    /// <summary>Connections that ended without his doing.</summary>
    public int Lost => _lines.Count(line => !line.Client.IsConnected);

    /// <summary>The members that he is in a channel, with connections and profile.</summary>
    public IEnumerable<(string Id, int Connections, string? Profile)> MembersIn(string channel)
    {
        var seen = _lines.Where(line => line.IsSeenIn(channel)).ToArray();
        return seen.GroupBy(IdOf).Select(member => (
            member.Key,
            member.Count(),
            member.First().IsGuest ? member.First().Profile : _profiles.GetValueOrDefault(channel)));
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await PauseAsync(2_000, stop);
        for (var lines = kind == Disorder.Steady ? 1 : random.Next(1, MostLines + 1); lines > 0; lines--)
        {
            await ConnectAsync(kind == Disorder.Steady ? channels : Some());
        }

        while (!stop.IsCancellationRequested)
        {
            await (random.Next(3) == 0 ? BeatAsync(stop) : PauseAsync(2_500, stop));
            await ActAsync(stop);
        }
    }

    /// <summary>Leaves every channel, and stays connected.</summary>
    public async Task LeaveAllAsync()
    {
        foreach (var line in _lines)
        {
            if (line.Channels.Count > 0)
            {
                await line.Client.InvokeAsync("Unsubscribe", (object)line.Channels.Keys.ToArray());
                line.Channels.Clear();
            }
        }
    }

    public Task CloseAllAsync() => Task.WhenAll(_lines.Select(line => line.Client.DisposeAsync().AsTask()));

    private Task ActAsync(CancellationToken stop)
    {
        if (_lines.Count == 0)
        {
            return ConnectAsync(Some());
        }

        var line = _lines[random.Next(_lines.Count)];
        return (kind, random.Next(100)) switch
        {
            (Disorder.Steady, _) => FlapAsync(line, stop),
            (Disorder.Hiding, < 20) => HideOrShowAsync(line),
            (Disorder.Changing, < 20) => ChangeAsync(line),
            (_, < 42) => JoinAsync(line),
            (_, < 57) => LeaveAsync(line),
            (_, < 62) => CloseAsync(line),
            (_, < 68) => AbortAsync(line),
            (_, < 72) => AbortDuringACallAsync(line),
            (_, < 78) => ComeAndBreakOffAsync(stop),
            (_, < 92) => FlapAsync(line, stop),
            _ => TellProfileAsync(line),
        };
    }

    private async Task ConnectAsync(string[] to)
    {
        var line = await OpenAsync();
        await SubscribeAsync(line, to, hidden: kind == Disorder.Hiding && random.Next(3) == 0);
        tally.Add("joins");
    }

    private async Task JoinAsync(Line line)
    {
        string[] missing = [.. channels.Where(channel => !line.Channels.ContainsKey(channel))];
        if (missing.Length > 0 && (_lines.Count == MostLines || random.Next(2) == 0))
        {
            await SubscribeAsync(line, [missing[random.Next(missing.Length)]], hidden: false);
            tally.Add("joins");
        }
        else if (_lines.Count < MostLines)
        {
            await ConnectAsync(Some());
        }
        else
        {
            await LeaveAsync(line);
        }
    }

    private async Task LeaveAsync(Line line)
    {
        if (line.Channels.Count > 0)
        {
            var channel = line.Channels.Keys.ElementAt(random.Next(line.Channels.Count));
            await line.Client.InvokeAsync("Unsubscribe", channel);
            line.Channels.Remove(channel);
            tally.Add("leaves");
        }
    }

    private async Task CloseAsync(Line line)
    {
        _lines.Remove(line);
        await line.Client.DisposeAsync();
        tally.Add("closes");
    }

    private async Task AbortAsync(Line line)
    {
        _lines.Remove(line);
        await line.Client.CutAsync();
        tally.Add("aborts");
    }

    private async Task AbortDuringACallAsync(Line line)
    {
        // What came of the call nobody knows. It must not matter: neither to who is there, nor to what was told of him.
        if (line.Profile is null)
        {
            await line.Client.SendAsync(random.Next(2) == 0 ? "Subscribe" : "Unsubscribe", (object)Some());
        }

        await AbortAsync(line);
    }

    // A bare socket that is dropped with much unread, at times before the answer.
    private async Task ComeAndBreakOffAsync(CancellationToken stop)
    {
        await using (var raw = await RawClient.ConnectAsync(gateway.HubUrl, kind == Disorder.Changing ? null : _token))
        {
            var arguments = JsonSerializer.Serialize(new[] { Some() });
            if (random.Next(2) == 0)
            {
                await raw.InvokeAsync("Subscribe", arguments);
                await PauseAsync(1_500, stop);
            }
            else
            {
                await raw.SendAsync($$"""{"type":1,"invocationId":"1","target":"Subscribe","arguments":{{arguments}}}""");
            }
        }

        tally.Add("aborts");
    }

    private async Task FlapAsync(Line line, CancellationToken stop)
    {
        if (line.IsGuest)
        {
            await AbortAsync(line);
            return;
        }

        var overlaps = random.Next(4) == 0;
        var since = Stopwatch.StartNew();
        if (!overlaps)
        {
            await line.Client.CutAsync();
            await PauseAsync(random.Next(2) == 0 ? 100 : 3_000, stop);
        }

        var back = await OpenAsync(isGuest: false);
        foreach (var terms in line.Channels.GroupBy(entry => entry.Value, entry => entry.Key))
        {
            await SubscribeAsync(back, [.. terms], hidden: terms.Key);
        }

        // The old line counts until here: who is back in time is still the same, and his profile with him.
        _lines.Remove(line);
        if (overlaps)
        {
            await line.Client.CutAsync();
        }

        if (since.Elapsed < SurelyInTime)
        {
            tally.Add("flaps");
            return;
        }

        WasLate = true;
        tally.Add("late flaps");
        await TellProfileAsync(back);
    }

    private Task TellProfileAsync(Line line) => TellProfileAsync(line, $"{name} {++_profilesTold}");

    private async Task TellProfileAsync(Line line, string profile)
    {
        await line.Client.InvokeAsync("UpdateProfile", new { name = profile });
        line.Profile = profile;
        foreach (var channel in line.SeenIn.Where(_ => !line.IsGuest))
        {
            _profiles[channel] = profile;
        }

        tally.Add("profiles");
    }

    private async Task HideOrShowAsync(Line line)
    {
        if (line.Channels.Count > 0)
        {
            var (channel, hidden) = line.Channels.ElementAt(random.Next(line.Channels.Count));
            await SubscribeAsync(line, [channel], !hidden);
            tally.Add("hidings and showings");
        }
    }

    private async Task ChangeAsync(Line line)
    {
        await line.Client.InvokeAsync("Authenticate", line.IsGuest ? _token : null);
        line.IsGuest = !line.IsGuest;
        line.Profile = null;
        await EnteredAsync(line, [.. line.SeenIn]);
        tally.Add("changes of user");
    }

    private async Task<Line> OpenAsync(bool? isGuest = null)
    {
        var asGuest = isGuest ?? (kind == Disorder.Changing && random.Next(2) == 0);
        var client = await DisorderlyClient.ConnectAsync(gateway.HubUrl, asGuest ? null : _token);
        var line = new Line(client, kind == Disorder.Changing ? await client.FindIdAsync() : string.Empty) { IsGuest = asGuest };
        _lines.Add(line);
        return line;
    }

    private async Task SubscribeAsync(Line line, string[] to, bool hidden)
    {
        string[] entered = [.. to.Where(channel => !hidden && !line.IsSeenIn(channel))];
        await line.Client.InvokeAsync("Subscribe", new { channels = to, hidden });
        foreach (var channel in to)
        {
            line.Channels[channel] = hidden;
        }

        await EnteredAsync(line, entered);
    }

    // What others know of him now. Whether he was still expected where none of his other lines is, is a matter of time: there he
    // tells who he is, and it is the same.
    private async Task EnteredAsync(Line line, string[] entered)
    {
        if (line.IsGuest)
        {
            return;
        }

        if (line.Profile is { } own)
        {
            foreach (var channel in entered)
            {
                _profiles[channel] = own;
            }
        }
        else if (entered.Any(channel => !_lines.Any(other => other != line && !other.IsGuest && other.IsSeenIn(channel))))
        {
            await TellProfileAsync(line);
        }
    }

    private string IdOf(Line line) => line.IsGuest ? "guest:" + line.ConnectionId : "user:" + name;

    private string[] Some()
    {
        string[] some = [.. channels.Where(_ => random.Next(2) == 0)];
        return some.Length > 0 ? some : [channels[random.Next(channels.Length)]];
    }

    // All who wait for it act at once: it is then that an order can be lost.
    private static Task BeatAsync(CancellationToken stop) => WaitAsync(Beat - (int)(Environment.TickCount64 % Beat), stop);

    private Task PauseAsync(int upToMilliseconds, CancellationToken stop) => WaitAsync(random.Next(upToMilliseconds), stop);

    private static async Task WaitAsync(int milliseconds, CancellationToken stop) =>
        await Task.Delay(milliseconds, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>One connection, as its client knows it.</summary>
    private sealed class Line(DisorderlyClient client, string connectionId)
    {
        public DisorderlyClient Client => client;

        public string ConnectionId => connectionId;

        public bool IsGuest { get; set; }

        public string? Profile { get; set; }

        /// <summary>Where it is, and whether hidden.</summary>
        public Dictionary<string, bool> Channels { get; } = [];

        public IEnumerable<string> SeenIn => Channels.Where(entry => !entry.Value).Select(entry => entry.Key);

        public bool IsSeenIn(string channel) => Channels.TryGetValue(channel, out var hidden) && !hidden;
    }
}
