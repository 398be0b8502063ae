using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using RealtimeGateway.Configuration;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>What the documents say is tried: the README's C# client runs as it is pasted, and no setting is left out.</summary>
[TestFixture]
public sealed partial class DocumentationTests
{
    [Test]
    public async Task ReadmesCSharpClient_ChatsWithOthers()
    {
        await using var gateway = await TestGateway.StartAsync();
        var listener = await gateway.ConnectAsync();
        await listener.SubscribeAsync("chat:lobby");
        var code = CSharpBlock().Match(await File.ReadAllTextAsync(Repository.PathOf("README.md"))).Groups["code"].Value;

        // Below the repository, as a newcomer's is, but out of the way.
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "readme"));
        var file = Path.Combine(folder.FullName, "chat.cs");
        await File.WriteAllTextAsync(file, code
            .Replace("Gateway.Client\n", Repository.PathOf("Gateway.Client") + "\n", StringComparison.Ordinal)
            .Replace("http://localhost:5080/realtime", gateway.HubUrl, StringComparison.Ordinal));
        using var client = Process.Start(new ProcessStartInfo("dotnet", ["run", file]) { RedirectStandardOutput = true })!;
        try
        {
            // It is built first.
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            var said = await client.StandardOutput.ReadLineAsync(patience.Token);
            Assert.Multiple(async () =>
            {
                Assert.That(said, Is.EqualTo("chat:lobby message {\"text\":\"hello from C#\"}"));
                Assert.That((await listener.NextEventAsync()).Data.GetProperty("text").GetString(), Is.EqualTo("hello from C#"));
            });
        }
        finally
        {
            client.Kill(entireProcessTree: true);
            await client.WaitForExitAsync().InTime();
        }
    }

    [Test]
    public async Task EverySetting_IsInTheConfigurationPage()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs/configuration.md"));
        Assert.That(Settings(typeof(GatewayOptions)), Has.All.Matches<string>(setting => page.Contains(setting, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Settings(Type options) => options.GetProperties().SelectMany(property =>
    {
        var type = property.PropertyType.IsGenericType ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType;
        return TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string)) ? [property.Name] : Settings(type).Prepend(property.Name);
    });

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
