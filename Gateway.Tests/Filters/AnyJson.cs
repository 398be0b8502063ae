using FsCheck;
using FsCheck.Fluent;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Filters;

/// <summary>Any JSON that data may be.</summary>
/// <param name="Text">The JSON.</param>
public sealed record DataText(string Text);

/// <summary>Any JSON in the place of a filter, most of which looks like one.</summary>
/// <param name="Text">The JSON.</param>
public sealed record FilterText(string Text);

/// <summary>Makes JSON of all kinds, also what only an enemy would write.</summary>
public static class AnyJson
{
    private static readonly Gen<string> Scalar = Gen.Elements(
        "null", "true", "false", "0", "-0", "1", "1.0", "-1", "0.1", "1e400", "-1E-400", "1e99999999999999999999", "18446744073709551617",
        new string('9', 255), "\"\"", "\"a\"", "\"ab\"", "\"\\u0061\"", "\"\\\\\\\"\\n\"", "\"é😀\"", "\"\\ud83d\\ude00\"", $"\"{new string('x', 1_024)}\"");

    private static readonly Gen<string> OddScalar = Gen.Elements(
        "\"\\ud800\"", "\"\\udc00\\ud800\"", $"\"{new string('x', 1_025)}\"", $"\"{new string('é', 1_024)}\"", new string('9', 256), "1e" + new string('9', 254));

    public static Arbitrary<DataText> Data() => Value(Scalar, Name("a", "b", "é", "\\u0061", ""), depth: 5).Select(text => new DataText(text)).ToArbitrary();

    public static Arbitrary<FilterText> Filters() => Condition(depth: 10).ListOf()
        .Select(conditions => new FilterText($"[{string.Join(',', conditions)}]"))
        .ToArbitrary();

    private static Gen<string> Condition(int depth)
    {
        var scalar = Gen.Frequency((20, Scalar), (1, OddScalar));
        var strange = Value(scalar, Name("method", "attribute", "values", "a"), depth: 2);
        var value = depth == 0 ? scalar : Gen.Frequency((3, scalar), (2, Condition(depth - 1)), (1, strange));
        var method = Gen.Frequency(
            (20, Gen.Elements(FilterMethods.All.ToArray()).Select(name => $"\"{name}\"")),
            (1, Gen.Elements("\"Equal\"", "\"\"", "\"\\ud800\"", "null", "1")));
        var attribute = Gen.Elements("\"a\"", "\"a.b\"", "\"é\"", "\"a..b\"", "\"\"", "null", "1", "\"\\ud800\"", $"\"{new string('a', 256)}\"");
        var values = Gen.Frequency((20, value.ListOf().Resize(4).Select(all => $"[{string.Join(',', all)}]")), (1, strange));
        var named =
            from name in method
            from path in attribute
            from list in values
            select $$"""{"method":{{name}},"attribute":{{path}},"values":{{list}}}""";
        var group =
            from name in Gen.Elements("and", "or", "not")
            from list in values
            select $$"""{"method":"{{name}}","values":{{list}}}""";
        return Gen.Frequency((10, named), (10, group), (1, strange));
    }

    private static Gen<string> Name(params string[] names) => Gen.Elements(names);

    private static Gen<string> Value(Gen<string> scalar, Gen<string> name, int depth)
    {
        if (depth == 0)
        {
            return scalar;
        }

        var inner = Value(scalar, name, depth - 1);
        var list = inner.ListOf().Resize(4).Select(elements => $"[{string.Join(',', elements)}]");
        var property =
            from key in name
            from value in inner
            select $"\"{key}\":{value}";
        var record = property.ListOf().Resize(4).Select(properties => $"{{{string.Join(',', properties)}}}");
        return Gen.Frequency((2, scalar), (1, list), (2, record));
    }
}
