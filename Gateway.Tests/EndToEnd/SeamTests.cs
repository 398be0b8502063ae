using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>
/// Clients that come, read, vanish in the middle of something and come back with their last position, while much is published:
/// each has every publication once and in order, as if it had never been away (promises 2 to 5).
/// </summary>
[TestFixture]
public sealed class SeamTests
{
    private const int Clients = 40;
    private const int Cycles = 50;
    private const int PublicationsPerSecond = 500;
    private const int MostLive = 20;
    private const int MostOfACutCycle = 10;
    private const string Channel = "busy:a";

    [Test]
    public async Task ComingBack_UnderLoad_LeavesNoGap_NoDuplicate_NoDisorder()
    {
        await using var gateway = await TestGateway.StartAsync(
        [
            ("Channels:4:Pattern", "busy:*"),
            ("Channels:4:Read:0", "any"),
            ("Channels:4:History:Size", "10000"),
        ]);
        using var stop = new CancellationTokenSource();
        var publishing = PublishAsync(gateway.Services.GetRequiredService<IRealtimePublisher>(), stop.Token);

        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(seed => RunAsync(gateway.HubUrl, new Random(seed))));
        await stop.CancelAsync();
        var published = await publishing;

        TestContext.Out.WriteLine(
            $"{published} published; {clients.Sum(client => client.Replayed)} replayed, {clients.Sum(client => client.Live)} live, "
            + $"{clients.Sum(client => client.CutShort)} cycles ended before the answer");
        Assert.Multiple(() =>
        {
            Assert.That(clients.SelectMany(client => client.Mistakes), Is.Empty);
            Assert.That(clients, Has.All.Matches<Reader>(client => client.Replayed > 0 && client.Live > 0));
            Assert.That(clients.Sum(client => client.CutShort), Is.Positive, "some vanish while they are still being given what they missed");
        });
    }

    private static async Task<long> PublishAsync(IRealtimePublisher publisher, CancellationToken stop)
    {
        var published = 0L;
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!stop.IsCancellationRequested)
        {
            var due = (long)(TimeProvider.System.GetElapsedTime(start).TotalSeconds * PublicationsPerSecond);
            for (; published < due; published++)
            {
                await publisher.PublishAsync(Channel, "message", published, CancellationToken.None);
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return published;
    }

    private static async Task<Reader> RunAsync(string hubUrl, Random random)
    {
        var reader = new Reader();
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            await using var client = await RawClient.ConnectAsync(hubUrl, token: null);
            await reader.SubscribeAsync(client);

            // One in five vanishes in the middle of what it missed, the others on what is live.
            await (random.Next(5) == 0 ? reader.ReadAsync(client, random.Next(MostOfACutCycle)) : reader.ReadLiveAsync(client, random.Next(MostLive)));
        }

        return reader;
    }

    /// <summary>What one client has, over all its connections.</summary>
    private sealed class Reader
    {
        private Position? _last;
        private bool _isFirst;
        private bool _isAnswered;
        private bool _isLive;

        public int Replayed { get; private set; }

        public int Live { get; private set; }

        public int CutShort { get; private set; }

        public List<string> Mistakes { get; } = [];

        /// <summary>Subscribes from the last position.</summary>
        public Task SubscribeAsync(RawClient client)
        {
            _isAnswered = _isLive = false;
            _isFirst = _last is null;
            var since = _last is null ? string.Empty : $$""","since":{"epoch":"{{_last.Epoch}}","offset":{{_last.Offset}}}""";
            return client.SendAsync($$$"""{"type":1,"invocationId":"s","target":"Subscribe","arguments":[{"channels":[{"channel":"{{{Channel}}}"{{{since}}}}]}]}""");
        }

        /// <summary>Reads so many events, whatever else is on its way.</summary>
        public async Task ReadAsync(RawClient client, int events)
        {
            while (events > 0)
            {
                events -= await ReadNextAsync(client) ? 1 : 0;
            }

            CutShort += _isAnswered ? 0 : 1;
        }

        /// <summary>Reads until the answer, and then so many events.</summary>
        public async Task ReadLiveAsync(RawClient client, int events)
        {
            while (!_isAnswered)
            {
                await ReadNextAsync(client);
            }

            await ReadAsync(client, events);
        }

        // True for an event.
        private async Task<bool> ReadNextAsync(RawClient client)
        {
            var message = await client.NextAsync();
            var type = message["type"]!.GetValue<int>();
            if (type == 3)
            {
                _isAnswered = true;
                CheckAnswer(message);
            }

            if (type != 1 || message["target"]!.GetValue<string>() != "event")
            {
                return false;
            }

            var heard = message["arguments"]![0]!;
            var isReplayed = heard["replayed"]?.GetValue<bool>() is true;
            Check(!isReplayed || !_isLive, heard, "replayed after a live one");
            _isLive = !isReplayed;
            CheckEvent(heard);
            (Replayed, Live) = isReplayed ? (Replayed + 1, Live) : (Replayed, Live + 1);
            return true;
        }

        private void CheckAnswer(JsonNode message)
        {
            var answer = message["result"]?["channels"]?[0];
            if (_isFirst)
            {
                // It begins with what comes next, which may be here before the answer.
                _last ??= new Position(answer!["epoch"]!.GetValue<string>(), answer["offset"]!.GetValue<long>());
            }
            else
            {
                Check(answer?["recovered"]?.GetValue<bool>() is true, message, "not recovered");
            }
        }

        private void CheckEvent(JsonNode heard)
        {
            var position = new Position(heard["epoch"]!.GetValue<string>(), heard["offset"]!.GetValue<long>());
            var expected = _last is null ? position : _last with { Offset = _last.Offset + 1 };
            Check(position == expected, heard, $"expected {expected}");
            Check(heard["data"]!.GetValue<long>() == position.Offset - 1, heard, "another payload than was published there");
            _last = position;
        }

        private void Check(bool holds, JsonNode subject, string mistake)
        {
            if (!holds)
            {
                Mistakes.Add($"{mistake}: {subject.ToJsonString()}");
            }
        }
    }
}
