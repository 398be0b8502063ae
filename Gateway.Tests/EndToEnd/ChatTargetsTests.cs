using System.Diagnostics;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>How the gateway's build builds the npm package for the chat: where Node is, when something has changed, and never to its own harm.</summary>
[TestFixture]
public sealed class ChatTargetsTests
{
    // The start of a build and of npm take a while each.
    private static readonly TimeSpan Patience = 3 * Bounds.Timeout;

    private string _package = null!;

    private string Bundle => Path.Combine(_package, "dist", "realtime-gateway.browser.js");

    [SetUp]
    public void Start()
    {
        _package = Directory.CreateTempSubdirectory().FullName + Path.DirectorySeparatorChar;
        Directory.CreateDirectory(Path.Combine(_package, "src"));
        Write("package.json", """{ "name": "package", "version": "1.0.0", "scripts": { "build": "node build.mjs" }, "dependencies": { "none": "file:src" } }""");
        Write("package-lock.json", """
            { "name": "package", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": {
                "": { "name": "package", "version": "1.0.0", "dependencies": { "none": "file:src" } },
                "node_modules/none": { "resolved": "src", "link": true },
                "src": { "name": "none", "version": "1.0.0" } } }
            """);
        Write("src/package.json", """{ "name": "none", "version": "1.0.0" }""");
        Write("src/index.ts", "one");
        Write("build.mjs", """
            import { copyFileSync, mkdirSync } from 'node:fs';
            mkdirSync('dist', { recursive: true });
            copyFileSync('src/index.ts', 'dist/realtime-gateway.browser.js');
            """);
    }

    [TearDown]
    public void End() => Directory.Delete(_package, recursive: true);

    [Test]
    public async Task Package_IsBuilt_AndAgainOnlyWhenItHasChanged()
    {
        Assert.That(await BuildAsync(), Does.Contain("node build.mjs"));
        Assert.That(await File.ReadAllTextAsync(Bundle), Is.EqualTo("one"));

        Assert.That(await BuildAsync(), Does.Not.Contain("npm").And.Not.Contain("node build.mjs"));

        Write("src/index.ts", "two");
        File.SetLastWriteTimeUtc(Path.Combine(_package, "src", "index.ts"), File.GetLastWriteTimeUtc(Bundle).AddSeconds(1));
        Assert.That(await BuildAsync(), Does.Contain("node build.mjs").And.Not.Contain("added"));
        Assert.That(await File.ReadAllTextAsync(Bundle), Is.EqualTo("two"));
    }

    [Test]
    public async Task WithoutNode_TheBuildSaysSo_AndIsGood()
    {
        var path = Directory.CreateDirectory(Path.Combine(_package, "path")).FullName;
        File.CreateSymbolicLink(Path.Combine(path, "sh"), "/bin/sh");
        Assert.That(await BuildAsync(("PATH", path)), Does.Contain("The chat at / is not built: it needs Node 20 or later"));
        Assert.That(File.Exists(Bundle), Is.False);
    }

    [Test]
    public async Task PackageThatDoesNotBuild_IsNoErrorOfTheGateway()
    {
        Write("build.mjs", "console.error('src/index.ts(1,1): error TS1: broken'); process.exit(1);");
        Assert.That(await BuildAsync(), Does.Contain("broken").And.Contain("The chat at / is not built"));
    }

    // Its exit code is 0, and what it said.
    private async Task<string> BuildAsync(params (string Name, string Value)[] environment)
    {
        var dotnet = Environment.ProcessPath!;
        var start = new ProcessStartInfo(dotnet, ["msbuild", Repository.PathOf("Gateway/Chat.targets"), "-target:BuildChat", $"-property:NpmPackage={_package}", "-nologo", "-verbosity:minimal", "-nodeReuse:false", "-warnAsError"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WaitAsync(Patience);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, string.Concat(said));
        return string.Concat(said);
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_package, file), text);
}
