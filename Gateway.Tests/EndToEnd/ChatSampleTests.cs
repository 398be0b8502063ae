using System.Net;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>The chat at <c>/</c>: who has it, and what one finds who has not built it. What it does is tested in a browser.</summary>
[TestFixture]
public sealed class ChatSampleTests
{
    private static readonly (string, string) Development = ("ASPNETCORE_ENVIRONMENT", "Development");

    private string _folder = null!;
    private HttpClient _http = null!;

    [SetUp]
    public void Start()
    {
        _folder = Directory.CreateTempSubdirectory().FullName;
        _http = new HttpClient();
        Write("appsettings.json", "{}");
    }

    [TearDown]
    public void End()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Chat_IsServed_WithAPolicyThatAllowsNothingElse()
    {
        WritePages();
        WritePackage();
        await using var program = await GatewayProgram.StartAsync(ProgramTests.Binary, _folder, Development);
        using var page = await GetAsync(program, string.Empty);
        using var script = await GetAsync(program, "realtime-gateway.js");
        Assert.Multiple(async () =>
        {
            Assert.That(await page.Content.ReadAsStringAsync(), Is.EqualTo("the chat"));
            Assert.That(page.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/html"));
            Assert.That(await script.Content.ReadAsStringAsync(), Is.EqualTo("the package"));
            Assert.That(script.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/javascript"));
            foreach (var response in new[] { page, script })
            {
                var policy = response.Headers.GetValues("Content-Security-Policy").Single();
                Assert.That(policy, Does.StartWith("default-src 'none'; script-src 'self'; style-src 'self'; "));
                Assert.That(policy, Does.Contain($"connect-src 'self' ws://{new Uri(program.Url).Authority} "));
                Assert.That(policy, Does.Not.Contain("unsafe"));
                Assert.That(response.Headers.CacheControl?.NoCache, Is.True);
                Assert.That(response.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
            }

            Assert.That(program.Said, Has.Some.EqualTo($"  A chat to try, in two tabs of a browser: http://localhost:{new Uri(program.Url).Port}/"));
        });
    }

    [Test]
    public async Task ChatThatIsNotBuilt_SaysHowToGetIt_UntilItIs()
    {
        WritePages();
        await using var program = await GatewayProgram.StartAsync(ProgramTests.Binary, _folder, Development);
        using (var page = await GetAsync(program, string.Empty))
        using (var script = await GetAsync(program, "realtime-gateway.js"))
        {
            Assert.Multiple(async () =>
            {
                Assert.That(await page.Content.ReadAsStringAsync(), Is.EqualTo("how to build it"));
                Assert.That(script.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
                Assert.That(program.Said, Has.Some.Contains("A chat to try").And.Contains("not built yet"));
            });
        }

        WritePackage();
        Assert.That(await _http.GetStringAsync(program.Url).InTime(), Is.EqualTo("the chat"));
    }

    [Test]
    public async Task Production_HasNoChat_NorHasADevelopmentElsewhere()
    {
        await using var elsewhere = await GatewayProgram.StartAsync(ProgramTests.Binary, _folder, Development);
        WritePages();
        WritePackage();
        await using var production = await GatewayProgram.StartAsync(ProgramTests.Binary, _folder);
        foreach (var program in new[] { elsewhere, production })
        {
            using var page = await GetAsync(program, string.Empty);
            using var script = await GetAsync(program, "realtime-gateway.js");
            Assert.Multiple(() =>
            {
                Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
                Assert.That(script.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
                Assert.That(program.Said, Has.None.Contains("chat to try"));
            });
        }
    }

    // The program's own pages are as good as these; these say which of them it is.
    private void WritePages()
    {
        Write("samples/chat/web/index.html", "the chat");
        Write("samples/chat/web/unbuilt.html", "how to build it");
    }

    private void WritePackage() => Write("clients/js/dist/realtime-gateway.browser.js", "the package");

    private void Write(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private Task<HttpResponseMessage> GetAsync(GatewayProgram program, string path) => _http.GetAsync(program.Url + path).InTime();
}
