using System.Diagnostics;
using System.Text.Json.Nodes;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>The sample of two gateways over one Redis, as it is run by hand, with the gateway that is built already.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class TwoNodesSampleTests
{
    // Several things in it wait, each as long as anything may.
    private static readonly TimeSpan Patience = 3 * Bounds.Timeout;

    [Test]
    public async Task Sample_ShowsOneListOfMembers_AndOnePublicationAtBoth()
    {
        var (exitCode, said, complained) = await RunAsync(("BUILT", ProgramTests.Binary), ("REDIS", string.Empty));
        Assert.That(exitCode, Is.Zero, complained);
        var published = ObjectIn(said, "Published at one: ");
        var heard = new[] { ObjectIn(said, "Heard by ann at one: "), ObjectIn(said, "Heard by ben at other: ") };
        Assert.Multiple(() =>
        {
            Assert.That(AfterIn(said, "  one "), Is.Not.EqualTo(AfterIn(said, "  other ")));
            Assert.That(AfterIn(said, "Members, asked at one: "), Is.EqualTo("ann ben"));
            Assert.That(AfterIn(said, "Members, asked at other: "), Is.EqualTo("ann ben"));
            Assert.That(published["offset"]!.GetValue<int>(), Is.EqualTo(1));
            foreach (var message in heard)
            {
                Assert.That((string?)message["data"]!["text"], Is.EqualTo("hello"));
                Assert.That(Identity(message), Is.EqualTo(Identity(published)));
            }

            Assert.That(complained, Is.Empty);
        });
    }

    [Test]
    public async Task Sample_UsesAGivenRedis_AndLeavesItsOwnKeysThereOnly()
    {
        await using var redis = await RedisServer.StartAsync();
        var (exitCode, said, complained) = await RunAsync(("BUILT", ProgramTests.Binary), ("REDIS", redis.Address));
        var keys = (await redis.CommandAsync("KEYS", "*")).Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.Zero, complained);
            Assert.That(said, Has.Some.EqualTo($"Two gateways over Redis at {redis.Address}:"));
            Assert.That(keys, Is.Not.Empty.And.All.StartsWith("two-nodes-"));
        });
    }

    private static string AfterIn(IEnumerable<string> lines, string beginning) =>
        lines.Single(line => line.StartsWith(beginning, StringComparison.Ordinal))[beginning.Length..].Trim();

    private static JsonNode ObjectIn(IEnumerable<string> lines, string beginning) => JsonNode.Parse(AfterIn(lines, beginning))!;

    private static (string?, string?, int?) Identity(JsonNode message) => ((string?)message["id"], (string?)message["epoch"], (int?)message["offset"]);

    private static async Task<(int ExitCode, string[] Said, string Complained)> RunAsync(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("bash", [Repository.PathOf("samples/two-nodes/run.sh")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var script = Process.Start(start)!;
        var said = Task.WhenAll(script.StandardOutput.ReadToEndAsync(), script.StandardError.ReadToEndAsync());
        try
        {
            await Task.WhenAll(said, script.WaitForExitAsync()).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            // It ends what it started.
            using var terminate = Process.Start("kill", [script.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await terminate.WaitForExitAsync();
            throw;
        }

        var texts = await said;
        return (script.ExitCode, texts[0].Split('\n', StringSplitOptions.RemoveEmptyEntries), texts[1]);
    }
}
