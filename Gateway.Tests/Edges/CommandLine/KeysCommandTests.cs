using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeGateway.Edges.CommandLine;
using RealtimeGateway.Tests.EndToEnd;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.CommandLine;

/// <summary>The program as a maker of keys.</summary>
[TestFixture]
public sealed class KeysCommandTests
{
    private readonly ManualTime _time = new();

    [Test]
    public async Task Program_PrintsAKey_AndTheEntryThatLetsItIn()
    {
        var (code, said) = await GatewayProgram.RunAsync(
            ProgramTests.Binary, Path.GetTempPath(), "keys", "new", "--name", "backend", "--scopes", "connect,publish", "--channels", "chat:*,jobs", "--expires", "90d");
        Assert.That(code, Is.Zero);
        var key = said.Select(line => line.Trim()).Single(line => line.StartsWith("rg_", StringComparison.Ordinal));
        var entry = EntryOf(string.Join('\n', said));
        Assert.That(entry["Sha256"]!.GetValue<string>(), Has.Length.EqualTo(64));

        using var file = new SettingsFile($$"""{ "Gateway": { "Auth": { "RequireApiKey": true, "ApiKeys": [ {{entry.ToJsonString()}} ] } } }""");
        await using var program = await GatewayProgram.StartAsync(ProgramTests.Binary, file.Folder, ("ASPNETCORE_ENVIRONMENT", "Development"));
        await using var client = await TestClient.ConnectAsync($"{program.Url}realtime?api_key={key}", token: null);
        Assert.That((await client.AuthenticateAsync(null)).Roles, Does.Contain("key:backend"));
    }

    [Test]
    public async Task Program_SaysWhatIsWrong_AndHowItIsUsed()
    {
        var (code, said) = await GatewayProgram.RunAsync(ProgramTests.Binary, Path.GetTempPath(), "keys", "new", "--scopes", "own");
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(said, Has.Some.StartsWith("Name is needed").And.Some.StartsWith("Scopes 'own' is no scope").And.Some.StartsWith("Usage: keys new"));
            Assert.That(said, Has.None.Contains("rg_"));
        });
    }

    [Test]
    public void Entry_HoldsWhatWasAskedFor_AndNotTheKey()
    {
        var (code, output, _) = Run("new", "--name", "shop", "--scopes", "publish, presence", "--origins", "https://*.shop.example", "--networks", "10.0.0.0/8", "--expires", "12h");
        var entry = EntryOf(output);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            Assert.That(entry.Select(property => property.Key), Is.EqualTo(new[] { "Name", "Sha256", "Scopes", "Origins", "Networks", "ExpiresAt" }));
            Assert.That(entry["Scopes"]!.ToJsonString(), Is.EqualTo("""["publish","presence"]"""));
            Assert.That(entry["ExpiresAt"]!.GetValue<DateTimeOffset>(), Is.EqualTo(_time.GetUtcNow() + TimeSpan.FromHours(12)).Within(TimeSpan.FromSeconds(1)));
            Assert.That(entry.ToJsonString(), Does.Not.Contain("rg_"));
        });
    }

    [Test]
    public void EveryKey_IsAnother() =>
        Assert.That(Enumerable.Range(0, 100).Select(_ => Run("new", "--name", "a", "--scopes", "read").Output), Is.Unique);

    [TestCase("")]
    [TestCase("old --name a --scopes read")]
    [TestCase("new")]
    [TestCase("new --name a")]
    [TestCase("new --name a --scopes")]
    [TestCase("new --name a/b --scopes read")]
    [TestCase("new --name a --scopes read --colour red")]
    [TestCase("new --name a --scopes read --channels chat:*:x")]
    [TestCase("new --name a --scopes read --origins *")]
    [TestCase("new --name a --scopes read --networks 10/8")]
    [TestCase("new --name a --scopes read --expires soon")]
    [TestCase("new --name a --scopes read --expires 0d")]
    [TestCase("new --name a --scopes read --expires -1d")]
    [TestCase("new --name a --scopes read --expires 90")]
    public void Mistake_IsToldWithTheUsage_AndMakesNoKey(string arguments)
    {
        var (code, output, complaints) = Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(output, Is.Empty);
            Assert.That(complaints, Does.Not.StartWith("Usage").And.Contain("Usage: keys new"));
        });
    }

    private static JsonObject EntryOf(string output) =>
        JsonNode.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..(output.LastIndexOf('}') + 1)], documentOptions: new JsonDocumentOptions())!.AsObject();

    private (int Code, string Output, string Complaints) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var complaints = new StringWriter();
        var code = KeysCommand.Run(arguments, _time, output, complaints);
        return (code, output.ToString(), complaints.ToString());
    }
}
