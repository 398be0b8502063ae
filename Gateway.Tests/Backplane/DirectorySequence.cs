using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>
/// Any comings, goings and passing of time in two channels of a directory: after each step, what was told is what the model
/// says, what is read is what the model says, and what was told, put together, is what is read; on both nodes.
/// </summary>
internal sealed record DirectorySequence(DirectorySequence.Step[] Steps)
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    // Few, so that most steps have to do with one before.
    private static readonly (string? UserId, string ConnectionId)[] Connections =
        [("ann", "a1"), ("ann", "a2"), ("ann", "a3"), ("bob", "b1"), (null, "g1")];

    private static readonly string?[] Profiles = [null, null, """{"name":"one"}""", """{ "name": "o\u006ee" }""", """{"name":"two"}"""];

    public static Arbitrary<DirectorySequence> Any()
    {
        var channel = Gen.Choose(0, 1);
        var connection = Gen.Choose(0, Connections.Length - 1);
        var enter =
            from at in channel
            from who in connection
            from profile in Gen.Elements(Profiles)
            select (Step)new Enter(at, who, profile);
        var leave =
            from at in channel
            from who in connection
            from isExpected in Gen.Elements(true, true, false)
            select (Step)new Leave(at, who, isExpected);
        var pass = Gen.Elements(2, 4).Select(thirds => (Step)new Pass(thirds));
        return Arb.From(
            Gen.Frequency((5, enter), (5, leave), (2, pass)).ListOf().Select(steps => new DirectorySequence([.. steps])),
            failed => failed.Steps.Select((_, dropped) => new DirectorySequence([.. failed.Steps.Where((_, i) => i != dropped)])));
    }

    public override string ToString() => string.Join('\n', Steps.AsEnumerable());

    /// <summary>Does it in channels that nobody used.</summary>
    /// <param name="nodes">Two nodes of one backplane.</param>
    /// <param name="grace">How long a connection is expected back.</param>
    /// <param name="clock">The clock that graces go by.</param>
    /// <param name="passAsync">Lets time pass on it.</param>
    /// <param name="isDisturbed">Whether a node was cut off from its store for a moment: what it did is then done somewhat later.</param>
    /// <returns>
    /// False where that was so, or all this took so long beside the time that was to pass that a grace may have ended too early for the
    /// model, or a node said that it was not told of something: nobody can know of what.
    /// </returns>
    public async Task<bool> TryRunAsync(IDirectory[] nodes, TimeSpan grace, TimeProvider clock, Func<TimeSpan, Task> passAsync, Func<bool> isDisturbed)
    {
        var late = new Lateness(clock, grace / 3);
        var run = Guid.NewGuid().ToString("N");
        string[] channels = [$"chat:{run}", $"chat:{run}:"];
        DirectoryModel[] models = [new(), new()];
        View[] views = [.. channels.SelectMany((channel, at) => nodes.Select(node => new View(node, channel, models[at])))];
        foreach (var view in views)
        {
            await view.Node.WatchAsync(view.Channel, view.Eye, default);
        }

        // Graces end at odd thirds and are looked at on even ones: no twin has to be exact to less than a third of one.
        var now = 0;
        foreach (var (number, step) in Steps.Index())
        {
            var node = nodes[number % nodes.Length];
            switch (step)
            {
                case Enter enter:
                    var entering = OccupantOf(enter.Connection, enter.Profile, number);
                    models[enter.At].Enter(entering);
                    await node.EnterAsync(channels[enter.At], entering);
                    break;
                case Leave leave:
                    var leaving = OccupantOf(leave.Connection, null, number);
                    models[leave.At].Leave(leaving, leave.IsExpected ? now + 3 : null);
                    if (leave.IsExpected)
                    {
                        late.OnGraceBegins(now);
                    }

                    await node.LeaveAsync(channels[leave.At], leaving, leave.IsExpected ? grace : TimeSpan.Zero);
                    break;
                case Pass pass:
                    now += pass.Thirds;
                    Array.ForEach(models, model => model.Pass(now));
                    await passAsync(grace * (pass.Thirds / 3.0));
                    break;
            }

            foreach (var channel in channels)
            {
                await DirectoryFence.SetAsync(nodes[0], channel, number);
            }

            foreach (var view in views)
            {
                if (!await CompareAsync(view, number, isDisturbed, () => late.IsTooLate(now)))
                {
                    return false;
                }
            }

            Array.ForEach(models, model => model.Told.Clear());
        }

        return true;
    }

    /// <returns>False where the node has missed something, and what can be read is right all the same; or could not be compared.</returns>
    private static async Task<bool> CompareAsync(View view, int number, Func<bool> isDisturbed, Func<bool> isTooLate)
    {
        PresenceMessage[] told = [];
        try
        {
            told = [.. (await DirectoryFence.UntilAsync(view.Eye, number)).Select(change => change.Message)];
        }
        catch (TimeoutException) when (view.Eye.Missed > 0 || isDisturbed())
        {
            // The fence is among what it missed, or never was in.
        }

        var isToldAll = view.Eye.Missed == 0;
        Array.ForEach(told, view.Folded.Add);
        var read = await view.Node.ReadAsync(view.Channel, null, 100, default);
        var connections = await view.Node.ConnectionsAsync(view.Channel, "user:ann", default);
        if (isDisturbed() || isTooLate())
        {
            return false;
        }

        Assert.Multiple(() =>
        {
            if (isToldAll)
            {
                // Those whose graces end together leave in any order.
                Assert.That(told.Select(message => (message.Type, Seen(message.Member))), Is.EquivalentTo(view.Model.Told.Select(one => (one.Type, Seen(one.Member)))));
                Assert.That(view.Folded.Members.Select(Known).ToArray(), Is.EqualTo(read.Members.Select(Known).ToArray()));
            }

            Assert.That(read.Members.Select(Seen).ToArray(), Is.EqualTo(view.Model.Members.Select(Seen).ToArray()));
            Assert.That(read.Count, Is.EqualTo(read.Members.Count));
            Assert.That(connections.Select(one => one.ConnectionId), Is.EquivalentTo(view.Model.ConnectionsOf("user:ann")));
        });
        return isToldAll;
    }

    private static Occupant OccupantOf(int connection, string? profile, int secondsPastNoon)
    {
        var (userId, connectionId) = Connections[connection];
        return new(connectionId, userId, profile is null ? null : JsonElement.Parse(profile), Noon.AddSeconds(secondsPastNoon));
    }

    private static (string, string?, int, string?, DateTimeOffset) Seen(Member member) =>
        (member.Id, member.UserId, member.Connections, NameOf(member), member.JoinedAt);

    // How many connections a member has is read, and not told.
    private static (string, string?, DateTimeOffset) Known(Member member) => (member.Id, NameOf(member), member.JoinedAt);

    private static string? NameOf(Member member) => member.Profile?.GetProperty("name").GetString();

    /// <summary>How much more time has passed than the model knows of.</summary>
    private sealed class Lateness(TimeProvider clock, TimeSpan third)
    {
        private readonly long _start = clock.GetTimestamp();
        private readonly List<(int Thirds, TimeSpan Behind)> _graces = [];

        public void OnGraceBegins(int now) => _graces.Add((now, BehindAt(now)));

        /// <summary>Whether a grace that is there by the model, on an even third, may have come to its end on the third that follows.</summary>
        public bool IsTooLate(int now) =>
            _graces.Any(grace => grace.Thirds + 3 > now && BehindAt(now) - grace.Behind > third * 0.9);

        private TimeSpan BehindAt(int now) => clock.GetElapsedTime(_start) - (third * now);
    }

    internal abstract record Step;

    private sealed record Enter(int At, int Connection, string? Profile) : Step;

    private sealed record Leave(int At, int Connection, bool IsExpected) : Step;

    private sealed record Pass(int Thirds) : Step;

    /// <summary>One channel as one node is told of it.</summary>
    private sealed record View(IDirectory Node, string Channel, DirectoryModel Model)
    {
        public RecordingWatcher Eye { get; } = new();

        public FoldedPresence Folded { get; } = new();
    }
}
