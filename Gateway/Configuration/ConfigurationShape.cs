using System.Collections;
using System.ComponentModel;
using System.Reflection;

namespace RealtimeGateway.Configuration;

/// <summary>
/// Holds a configuration section against the options it is bound to. The stock binder skips a misspelt key silently and stops
/// at the first value it cannot read; here every such key is named, and the rest is still read.
/// </summary>
internal static class ConfigurationShape
{
    /// <summary>Binds what fits and returns a sentence for each key that does not. A list is that of its last source.</summary>
    public static IReadOnlyList<string> Bind(IConfiguration configuration, string path, object options)
    {
        var section = WithWholeLists(configuration, path, options.GetType()).GetSection(path);
        var misfits = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Check(section, options.GetType(), misfits);

        // What is null is not set: its default stands, as where the key is not there.
        var fitting = section.AsEnumerable(makePathsRelative: true)
            .Where(entry => entry.Value is not null && !misfits.Keys.Any(bad => IsAtOrBelow($"{section.Path}:{entry.Key}", bad)));
        new ConfigurationBuilder().AddInMemoryCollection(fitting).Build().Bind(options);
        return [.. misfits.Values];
    }

    // The same configuration without the entries that a list has from other sources than its own.
    private static IConfigurationRoot WithWholeLists(IConfiguration configuration, string path, Type type)
    {
        var sources = ListsOf(type, path).ToDictionary(list => list, list => ConfigurationLists.SourceOf(configuration, list));
        var entries = configuration.GetSection(path).AsEnumerable()
            .Where(entry => sources.All(list => list.Value is null || !IsAtOrBelow(entry.Key, list.Key) || list.Value.TryGet(entry.Key, out _)));
        return new ConfigurationBuilder().AddInMemoryCollection(entries).Build();
    }

    private static IEnumerable<string> ListsOf(Type type, string path) => type.GetProperties().SelectMany(property =>
        ElementType(property.PropertyType) is not null ? [$"{path}:{property.Name}"]
        : IsLeaf(property.PropertyType) ? []
        : ListsOf(property.PropertyType, $"{path}:{property.Name}"));

    private static bool IsAtOrBelow(string path, string ancestor) =>
        path.StartsWith(ancestor, StringComparison.OrdinalIgnoreCase)
        && (path.Length == ancestor.Length || path[ancestor.Length] == ConfigurationPath.KeyDelimiter[0]);

    private static void Check(IConfigurationSection section, Type type, Dictionary<string, string> misfits)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (ElementType(type) is { } element)
        {
            foreach (var item in section.GetChildren())
            {
                // What is null elsewhere is not set; an entry that is nothing is no entry.
                if (item.Value is null && !item.GetChildren().Any())
                {
                    misfits[item.Path] = $"{item.Path} is empty.";
                }
                else
                {
                    Check(item, element, misfits);
                }
            }

            // An empty JSON array arrives as an empty value; any other text where a list belongs is a mistake.
            if (!string.IsNullOrEmpty(section.Value))
            {
                misfits[section.Path] = IsLeaf(element)
                    ? $"{section.Path} is a list: [ \"{section.Value}\" ] in JSON, {section.Path}:0 elsewhere."
                    : $"{section.Path} is a list of groups of settings; write them as {section.Path}:0:{element.GetProperties()[0].Name}, ….";
            }
        }
        else if (IsLeaf(type))
        {
            if (section.GetChildren().Any() || section.Value is { } value && !IsReadable(type, value))
            {
                misfits[section.Path] = $"{section.Path} is not {Describe(type)}.";
            }
        }
        else
        {
            CheckProperties(section, type, misfits);
        }
    }

    private static void CheckProperties(IConfigurationSection section, Type type, Dictionary<string, string> misfits)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            misfits[section.Path] = $"{section.Path} is a group of settings; write them as {section.Path}:{type.GetProperties()[0].Name}, ….";
        }

        foreach (var child in section.GetChildren())
        {
            var property = type.GetProperty(child.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            if (property is null)
            {
                misfits[child.Path] = $"{child.Path} is not a setting.";
            }
            else
            {
                Check(child, property.PropertyType, misfits);
            }
        }
    }

    private static Type? ElementType(Type type) =>
        type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)) ? type.GetGenericArguments()[0] : null;

    private static bool IsLeaf(Type type) => TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    private static bool IsReadable(Type type, string value)
    {
        try
        {
            TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
            return true;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string Describe(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a duration such as 00:10:00",
        _ when type == typeof(DateTimeOffset) => "a time such as 2030-01-31T00:00:00Z",
        _ when type == typeof(string) => "a text",
        _ => "a whole number in range",
    };
}
