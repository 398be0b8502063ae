using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using RealtimeGateway.Configuration;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>What the documents say of the settings is what the settings are.</summary>
[TestFixture]
public sealed class DocumentationTests
{
    [Test]
    public async Task EverySetting_HasItsRow_WithItsDefault()
    {
        var page = await File.ReadAllLinesAsync(Repository.PathOf("docs/configuration.md"));
        Assert.Multiple(() =>
        {
            foreach (var (path, value) in Settings(new GatewayOptions(), prefix: string.Empty))
            {
                var row = page.SingleOrDefault(line => line.StartsWith($"| `{path}` |", StringComparison.Ordinal));
                Assert.That(row, Is.Not.Null, $"{path} has no row");
                if (value is not null)
                {
                    var written = value is bool ? value.ToString()!.ToLowerInvariant() : Convert.ToString(value, CultureInfo.InvariantCulture);
                    Assert.That(row, Does.Contain($"| `{written}` |"), $"{path} is {written} by default");
                }
            }
        });
    }

    private static IEnumerable<(string Path, object? Default)> Settings(object options, string prefix)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var (path, value) = (prefix + property.Name, property.GetValue(options));
            var isValue = TypeDescriptor.GetConverter(property.PropertyType).CanConvertFrom(typeof(string));
            var isList = !isValue && property.PropertyType.IsAssignableTo(typeof(IEnumerable));
            if (isValue || isList)
            {
                yield return (path, isList ? null : value);
                continue;
            }

            foreach (var setting in Settings(value!, path + ":"))
            {
                yield return setting;
            }
        }
    }
}
