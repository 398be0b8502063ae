using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace RealtimeGateway.Filters;

/// <summary>Where in the data a value is: names of nested objects with dots between them. Arrays are not looked into.</summary>
internal sealed class AttributePath
{
    /// <summary>The longest path, in characters.</summary>
    public const int MaxLength = 255;

    /// <summary>The deepest path, in names.</summary>
    public const int MaxDepth = 32;

    private readonly string _text;
    private readonly byte[][] _names;

    private AttributePath(string text, string[] names)
    {
        _text = text;
        _names = Array.ConvertAll(names, Encoding.UTF8.GetBytes);
    }

    /// <summary>Reads a path; false when it is too long or too deep, or a name in it is empty.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out AttributePath? path)
    {
        string[] names = text is { Length: <= MaxLength } ? text.Split('.') : [];
        path = names.Length is > 0 and <= MaxDepth && !names.Contains(string.Empty) ? new AttributePath(text!, names) : null;
        return path is not null;
    }

    /// <summary>The value; undefined where there is none, because it or an object around it is missing.</summary>
    public JsonElement Find(JsonElement data)
    {
        foreach (var name in _names)
        {
            if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty(name, out data))
            {
                return default;
            }
        }

        return data;
    }

    /// <inheritdoc />
    public override string ToString() => _text;
}
