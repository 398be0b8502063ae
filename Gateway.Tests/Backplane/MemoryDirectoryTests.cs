using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using RealtimeGateway.Backplane;
using RealtimeGateway.Backplane.Memory;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Backplane;

/// <summary>The memory twin: the specification, and what exact times, many threads and many channels do to it.</summary>
[TestFixture]
public sealed class MemoryDirectoryTests : DirectorySpecification
{
    private const string Channel = "chat:many";

    // Of one user each has a connection of its own.
    private const int Threads = 4;

    private readonly ManualTime _time = new();
    private MemoryDirectory _directory = null!;

    internal override ValueTask<(IDirectory One, IDirectory Other)> CreateNodesAsync()
    {
        _directory = new MemoryDirectory(_time, NullLogger<MemoryDirectory>.Instance);
        return new((_directory, _directory));
    }

    protected override TimeProvider Clock => _time;

    protected override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    [TearDown]
    public void Free() => _directory.Dispose();

    [Test]
    public async Task Grace_EndsAtItsTime_EachByItself()
    {
        // The later grace begins first: what ends first is what the clock is set by.
        await _directory.EnterAsync(Channel, User("ann", "c1"));
        await _directory.EnterAsync(Channel, User("bob", "c2"));
        await _directory.LeaveAsync(Channel, User("bob", "c2"), Grace * 2);
        await _directory.LeaveAsync(Channel, User("ann", "c1"), Grace);

        var counts = new List<int>();
        foreach (var time in new[] { Grace - TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), Grace - TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(2) })
        {
            _time.Advance(time);
            counts.Add((await ReadAsync(_directory)).Count);
        }

        Assert.That(counts, Is.EqualTo(new[] { 2, 1, 1, 0 }));
    }

    [Test]
    public async Task ManyThreads_EndWithAnEmptyList_AndWasToldSo()
    {
        // Few members and few connections, so that each is often entered, left and expected by several at once.
        const int Each = 50_000;
        var watcher = new RecordingWatcher();
        await _directory.WatchAsync(Channel, watcher, default);
        using var stop = new CancellationTokenSource();
        Task[] others = [RepeatAsync(PassAThirdAsync, stop.Token), RepeatAsync(ReadWholeAsync, stop.Token), RepeatAsync(WatchAndGoAsync, stop.Token)];
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() => ComeAndGoAsync(thread, Each)))).InTime();
        await stop.CancelAsync();
        await Task.WhenAll(others).InTime();
        _time.Advance(Grace);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        var folded = new FoldedPresence();
        var told = 0;
        for (; watcher.HasMore; told++)
        {
            folded.Add((await watcher.NextAsync()).Message);
        }

        Assert.Multiple(async () =>
        {
            Assert.That((await ReadAsync(_directory)).Count, Is.Zero);
            Assert.That(folded.Members, Is.Empty);
            Assert.That(told, Is.GreaterThan(Each), "there was much to tell");
        });
    }

    [Test]
    public async Task ManyThreads_AreInAsSoonAsTheyEntered_ThoughTheChannelEndsAllTheTime()
    {
        const int Two = 2; // Of more, one that waits for its turn would mostly be in.
        const int Each = 100_000;
        await Task.WhenAll(Enumerable.Range(0, Two).Select(thread => Task.Run(async () =>
        {
            var (occupant, watcher) = (User("ann", $"c{thread}"), new RecordingWatcher());
            for (var i = 0; i < Each; i++)
            {
                if (i % 5 == 0)
                {
                    await _directory.WatchAsync(Channel, watcher, default);
                    await _directory.EnterAsync(Channel, Guest($"g{thread}"));
                    await _directory.LeaveAsync(Channel, Guest($"g{thread}"), TimeSpan.Zero);
                    await watcher.UntilLeaveOfAsync($"guest:g{thread}");
                    await _directory.UnwatchAsync(Channel, watcher, default);
                }

                await _directory.EnterAsync(Channel, occupant);
                var connections = await _directory.ConnectionsAsync(Channel, "user:ann", default);
                await _directory.LeaveAsync(Channel, occupant, TimeSpan.Zero);
                if (!connections.Contains(occupant))
                {
                    throw new AssertionException("A connection that entered is not in.");
                }
            }
        }))).InTime();
        Assert.That((await ReadAsync(_directory)).Count, Is.Zero);
    }

    [Test]
    public async Task ChannelThatNobodyIsInOrWatches_LeavesNothingBehind()
    {
        const int Channels = 20_000;
        var used = await UseAndLeaveAsync(Channels);
        GC.Collect();
        Assert.That(
            used.Count(thing => thing.IsAlive),
            Is.LessThan(10),
            "of the names of channels, and of who was in them; the last of them may still stand in a frame or a register");
        GC.KeepAlive(_directory);
    }

    // Apart, so that nothing of the test holds what it used.
    private async Task<List<WeakReference>> UseAndLeaveAsync(int channels)
    {
        var used = new List<WeakReference>(2 * channels);
        var watcher = new RecordingWatcher();
        for (var i = 0; i < channels; i++)
        {
            var (channel, occupant) = ($"chat:{i}", User("ann", $"c{i}"));
            used.Add(new WeakReference(channel));
            used.Add(new WeakReference(occupant.ConnectionId));
            await _directory.WatchAsync(channel, watcher, default);
            await _directory.EnterAsync(channel, occupant);
            await _directory.LeaveAsync(channel, occupant, i % 2 == 0 ? TimeSpan.Zero : Grace);
            if (i % 4 < 2)
            {
                await _directory.UnwatchAsync(channel, watcher, default);
                _time.Advance(Grace * 2);
            }
            else
            {
                _time.Advance(Grace * 2);
                await _directory.UnwatchAsync(channel, watcher, default);
            }

            await watcher.NextAsync();
            await _directory.LeaveAsync(channel, occupant, Grace);
            await _directory.ReadAsync(channel, after: null, limit: 100, default);
        }

        return used;
    }

    private async Task ComeAndGoAsync(int thread, int times)
    {
        var random = new Random(thread);
        Occupant[] occupants = [User("ann", "a1"), User("ann", "a2"), User("bob", "b1"), User("bob", "b2"), Guest("g1"), User("cid", $"c{thread}")];
        for (var i = 0; i < times; i++)
        {
            var occupant = occupants[random.Next(occupants.Length)] with { Profile = random.Next(3) == 0 ? JsonElement.Parse($"{{\"n\":{i}}}") : null };
            if (random.Next(2) == 0)
            {
                await _directory.EnterAsync(Channel, occupant);
            }
            else
            {
                await _directory.LeaveAsync(Channel, occupant, random.Next(2) == 0 ? TimeSpan.Zero : Grace);
            }
        }

        foreach (var occupant in occupants)
        {
            await _directory.LeaveAsync(Channel, occupant, random.Next(2) == 0 ? TimeSpan.Zero : Grace);
        }
    }

    private static Task RepeatAsync(Func<Task> action, CancellationToken stop) => Task.Run(
        async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await action();
                await Task.Delay(1, CancellationToken.None); // Or the threads would mostly wait for these.
            }
        },
        CancellationToken.None);

    private Task PassAThirdAsync() => PassAsync(Grace / 3);

    // Whatever is read meanwhile is whole: in order, counted, and of connections that there are.
    private async Task ReadWholeAsync()
    {
        var slice = await _directory.ReadAsync(Channel, "guest:", 100, default);
        Assert.Multiple(() =>
        {
            Assert.That(slice.Members, Has.Count.EqualTo(slice.Count).And.All.Matches<Contracts.Member>(member => member.Connections is >= 0 and <= Threads));
            Assert.That(slice.Members.Select(member => member.Id), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal).And.Unique);
        });
    }

    // Others come to look, and go; nobody hears less for it.
    private async Task WatchAndGoAsync()
    {
        var passing = new RecordingWatcher();
        await _directory.WatchAsync(Channel, passing, default);
        await _directory.UnwatchAsync(Channel, passing, default);
        while (passing.HasMore)
        {
            await passing.NextAsync();
        }

        await PassAsync(Grace / 3);
        Assert.That(passing.HasMore, Is.False, "nothing is told after the end");
    }

    private static ValueTask<MemberSlice> ReadAsync(MemoryDirectory directory) => directory.ReadAsync(Channel, after: null, limit: 100, default);
}
