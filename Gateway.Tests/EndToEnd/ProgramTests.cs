using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>The program as it is started by hand, with the settings that come with it.</summary>
[TestFixture]
public sealed class ProgramTests
{
    // The program's own output, in the configuration of these tests: what lies beside the tests has no settings.
    internal static readonly string Binary = Path.Combine(
        AppContext.BaseDirectory.Replace(Repository.PathOf("Gateway.Tests"), Repository.PathOf("Gateway"), StringComparison.Ordinal),
        "RealtimeGateway.dll");

    [Test]
    public async Task Development_SaysWhereItIs_WhatIsOpen_AndHowToGetAToken()
    {
        await using var program = await GatewayProgram.StartAsync(Binary, Repository.Folder, ("ASPNETCORE_ENVIRONMENT", "Development"));
        Assert.Multiple(() =>
        {
            Assert.That(program.Said, Has.Some.EqualTo($"RealtimeGateway is ready: {program.Url}realtime"));
            Assert.That(program.Said, Has.Some.EqualTo("  chat:* - read: any; write: any; see members: any; be hidden: label:observer; history: 100 for 00:10:00"));
            Assert.That(program.Said, Has.Some.EqualTo("  Environment: Development; policies from appsettings.Development.json"));
            Assert.That(program.Said, Has.Some.EqualTo("  team:{team}:* - read: team:{team}; write: team:{team}; see members: team:{team}; history: 100 for 00:10:00"));
            Assert.That(program.Said, Has.Some.EqualTo("  typing:chat:* - read: any; write: any; see members: nobody"));
            Assert.That(program.Said, Has.Some.EqualTo("  Broadcasts: label:admin"));
            Assert.That(program.Said, Has.Some.StartsWith($"  A development token, good until the gateway stops: curl -s http://localhost:{new Uri(program.Url).Port}/dev/token"));
        });
    }

    [Test]
    public async Task Settings_ComeWithTheProgram_WhereTheFolderHasNone()
    {
        // Who may broadcast stands in appsettings.json and nowhere else.
        var elsewhere = Directory.CreateTempSubdirectory();
        await using var program = await GatewayProgram.StartAsync(Binary, elsewhere.FullName, ("Gateway__Auth__Jwt__Secret", TestTokens.Secret));
        await using var admin = await TestClient.ConnectAsync(program.Url + "realtime", TestTokens.For("root", new { labels = "admin" }));
        Assert.That((await admin.BroadcastAsync("notice", 1)).Id, Is.Not.Empty);
        elsewhere.Delete(recursive: true);
    }

    [Test]
    public async Task DevelopmentTokens_ExistInDevelopmentOnly_ForCallersByALocalName()
    {
        await using var development = await GatewayProgram.StartAsync(Binary, Repository.Folder, ("ASPNETCORE_ENVIRONMENT", "Development"));
        await using var production = await GatewayProgram.StartAsync(Binary, Repository.Folder, ("Gateway__Auth__Jwt__Secret", TestTokens.Secret));
        Assert.Multiple(async () =>
        {
            Assert.That(await AskAsync(development, host: null), Is.EqualTo(200));
            Assert.That(await AskAsync(development, host: "evil.example"), Is.EqualTo(403));
            Assert.That(await AskAsync(production, host: null), Is.EqualTo(404));
        });
    }

    [TestCase("Logging__LogLevel__Microsoft")]
    [TestCase("Logging__Console__LogLevel__Default")]
    public async Task Credentials_AreNotLogged_HoweverMuchElseIs(string level)
    {
        await using var program = await GatewayProgram.StartAsync(
            Binary,
            Repository.Folder,
            ("Gateway__Auth__Jwt__Secret", TestTokens.Secret),
            ("Logging__LogLevel__Default", "Trace"),
            (level, "Trace"));
        var token = TestTokens.For("ann");
        await using (var client = await TestClient.ConnectAsync($"{program.Url}realtime?access_token={token}", token: null))
        {
            await client.AuthenticateAsync(token);
        }

        using var http = new HttpClient();
        using var refused = await http.GetAsync($"{program.Url}api/channels/chat:lobby/members?api_key=a-secret-key");
        var log = await program.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(log, Does.Contain("RealtimeGateway.Sessions.Session"), "it does log");
            Assert.That(log, Does.Not.Contain(token));
            Assert.That(log, Does.Not.Contain("a-secret-key"));
        });
    }

    [Test]
    public async Task WrongConfiguration_StopsTheStart_WithAllErrors()
    {
        var (code, said) = await GatewayProgram.RunToEndAsync(
            Binary,
            Repository.Folder,
            ("Gateway__Auth__Jwt__Secret", "short"),
            ("Gateway__Limits__MessageBytes", "many"),
            ("Gateway__Chanels__0__Pattern", "chat:*"));
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(said, Has.Some.Contains("Gateway:Auth:Jwt:Secret is too short"));
            Assert.That(said, Has.Some.Contains("Gateway:Limits:MessageBytes is not a whole number"));
            Assert.That(said, Has.Some.Contains("Gateway:Chanels is not a setting."));
            Assert.That(said, Has.None.Contains("   at "), "no stack trace");
        });
    }

    [Test]
    public async Task BrokenJson_StopsTheStart_WithTheFileAndThePlace()
    {
        var folder = Directory.CreateTempSubdirectory();
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), "{ \"Gateway\": {\n  \"Enabled\": true,, } }");
        var (code, said) = await GatewayProgram.RunToEndAsync(Binary, folder.FullName);
        folder.Delete(recursive: true);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(said, Has.Some.Contains("appsettings.json").And.Some.Contains("line 2"));
            Assert.That(said, Has.None.Contains("   at "), "no stack trace");
        });
    }

    [Test]
    public async Task BrokenJson_IsToldWithoutWhatItHolds()
    {
        using var file = new SettingsFile("{ \"Gateway\": { \"Enabled\": tru, \"Auth\": { \"Jwt\": { \"Secret\": \"a-secret-for-nobody\" } } } }");
        var (code, said) = await GatewayProgram.RunToEndAsync(Binary, file.Folder);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(said, Has.Some.Contains("line 1, byte 30"));
            Assert.That(said, Has.None.Contains("a-secret-for-nobody"));
        });
    }

    [Test]
    public async Task SavedSettings_TakeEffectWithoutARestart_AndBadOnesAreTold()
    {
        using var file = new SettingsFile("""{ "Gateway": { "Channels": [ { "Pattern": "chat:*", "Read": [ "any" ] } ] } }""");
        await using var program = await GatewayProgram.StartAsync(Binary, file.Folder, ("ASPNETCORE_ENVIRONMENT", "Development"));
        await using var client = await TestClient.ConnectAsync(program.Url + "realtime", token: null);
        await client.SubscribeAsync("chat:lobby");

        file.Write("""{ "Gateway": { "Chanels": [] } }""");
        await program.UntilItSaysAsync("The settings have changed and are not taken; those before stay in force:");
        Assert.That(await program.UntilItSaysAsync("Gateway:Chanels is not a setting."), Is.Empty);
        Assert.That((await client.SubscribeAsync("chat:garden")).Channels, Has.Count.EqualTo(1));

        file.Write("""{ "Gateway": { "Channels": [ { "Pattern": "chat:lobby", "Read": [ "any" ] } ] } }""");
        Assert.That(await client.NextRevocationAsync(), Is.EqualTo(new SubscriptionMessage("chat:garden", "revoked", "permission_denied")));
        Assert.That(await program.UntilItSaysAsync("The settings have changed and are in force."), Has.None.Contains("not taken"), "said once");

        file.Write("""{ "Gateway": { "Enabled": false } }""");
        Assert.That((await client.Closed)?.Message, Does.Contain("disabled: This gateway is switched off."));
    }

    private static async Task<int> AskAsync(GatewayProgram program, string? host)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, program.Url + "dev/token");
        request.Content = System.Net.Http.Json.JsonContent.Create(new { userId = "ann" });
        request.Headers.Host = host;
        using var response = await http.SendAsync(request).InTime();
        return (int)response.StatusCode;
    }
}
