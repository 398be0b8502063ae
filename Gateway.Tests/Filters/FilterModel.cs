using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace RealtimeGateway.Tests.Filters;

/// <summary>What a filter means, in the plainest words, and all the ways to write it.</summary>
public abstract record FilterModel
{
    // Each with its spellings.
    private static readonly string[][] Numbers = [["0", "-0", "0.0e5"], ["1", "1.0", "10e-1", "0.1E1"], ["2", "2e0"], ["-1.5", "-15e-1"], ["100", "1e2"]];
    private static readonly string[][] Strings = [["\"\""], ["\"a\"", "\"\\u0061\""], ["\"ab\"", "\"a\\u0062\""], ["\"b\""], ["\"1\""], ["\"é\"", "\"\\u00e9\""]];
    private static readonly string[][] Literals = [["true"], ["false"], ["null"]];

    private static readonly Gen<string[]> Number = Gen.Elements(Numbers);
    private static readonly Gen<string[]> String = Gen.Elements(Strings);
    private static readonly Gen<string[]> Scalar = Gen.OneOf(Number, String, Gen.Elements(Literals));

    public static Arbitrary<FilterModel> Any() => Condition(depth: 2).NonEmptyListOf().Resize(2)
        .Select(conditions => (FilterModel)new Group("and", [.. conditions]))
        .ToArbitrary();

    /// <summary>Data, most of which has to do with the filters.</summary>
    public static Arbitrary<DataText> Data()
    {
        var scalar = Scalar.SelectMany(spellings => Gen.Elements(spellings));
        var list = scalar.ListOf().Resize(3).Select(elements => $"[{string.Join(',', elements)}]");
        var value = Gen.Frequency((4, scalar), (1, list), (1, Gen.Constant("{}")));
        var record =
            from a in value
            from b in value
            from c in value
            from text in Gen.Elements(
                $$$"""{"a":{{{a}}},"b":{"c":{{{b}}}}}""",
                $$$"""{"b":{"c":{{{b}}}},"a":{{{c}}},"a":{{{a}}}}""",
                $$$"""{"a":{{{a}}}}""",
                $$$"""{"b":{{{b}}},"c":1}""")
            select new DataText(text);
        return record.ToArbitrary();
    }

    /// <summary>Whether data passes.</summary>
    public abstract bool Holds(JsonElement data);

    /// <summary>One of the ways to write it.</summary>
    public abstract string Write(Random random);

    private static Gen<FilterModel> Condition(int depth)
    {
        var attribute = Gen.Elements("a", "b.c");
        Gen<FilterModel> Comparing(Gen<string> method, Gen<string[]> value, int most) =>
            from name in method
            from path in attribute
            from values in value.NonEmptyListOf().Resize(most)
            select (FilterModel)new Comparison(name, path, [.. values]);
        Gen<FilterModel> Between(Gen<string[]> value) =>
            from path in attribute
            from low in value
            from high in value
            select (FilterModel)new Comparison("between", path, [low, high]);
        var leaf = Gen.Frequency(
            (4, Comparing(Gen.Elements("equal", "notEqual", "contains"), Scalar, 2)),
            (4, Comparing(Gen.Elements("lessThan", "lessThanEqual", "greaterThan", "greaterThanEqual"), Gen.OneOf(Number, String), 2)),
            (2, Comparing(Gen.Elements("startsWith", "endsWith"), String, 2)),
            (1, Between(Number)),
            (1, Between(String)),
            (1, Gen.Elements("isNull", "isNotNull").SelectMany(name => attribute.Select(path => (FilterModel)new Comparison(name, path, [])))));
        if (depth == 0)
        {
            return leaf;
        }

        var group =
            from name in Gen.Elements("and", "or", "not")
            from conditions in Condition(depth - 1).NonEmptyListOf().Resize(2)
            select (FilterModel)new Group(name, [.. conditions]);
        return Gen.Frequency((2, leaf), (1, group));
    }

    // In another order, and one of them twice: two at most become three, which on three levels and with three values each are fewer than a hundred.
    private static T[] Disorder<T>(T[] things, Random random)
    {
        T[] all = [.. things, things[random.Next(things.Length)]];
        random.Shuffle(all);
        return all;
    }

    /// <summary>Other conditions.</summary>
    public sealed record Group(string Method, FilterModel[] Conditions) : FilterModel
    {
        public override bool Holds(JsonElement data) => Method switch
        {
            "and" => Conditions.All(condition => condition.Holds(data)),
            "or" => Conditions.Any(condition => condition.Holds(data)),
            _ => !Conditions.Any(condition => condition.Holds(data)),
        };

        public override string Write(Random random) => $$"""{"method":"{{Method}}","values":{{WriteList(random)}}}""";

        /// <summary>The conditions alone, as a filter has them.</summary>
        public string WriteList(Random random) => $"[{string.Join(',', Disorder(Conditions, random).Select(condition => condition.Write(random)))}]";

        public override string ToString() => Write(new Random(0));
    }

    /// <summary>A value in the data and others.</summary>
    public sealed record Comparison(string Method, string Attribute, string[][] Values) : FilterModel
    {
        public override bool Holds(JsonElement data)
        {
            var value = Attribute.Split('.').Aggregate(
                (JsonElement?)data,
                (at, name) => at is { ValueKind: JsonValueKind.Object } record && record.TryGetProperty(name, out var found) ? found : null);
            var given = Plain(value);
            object?[] values = [.. Values.Select(spellings => Plain(JsonElement.Parse(spellings[0])))];
            return Method switch
            {
                "equal" => values.Contains(given),
                "notEqual" => !values.Contains(given),
                "lessThan" => values.Any(one => Order(given, one) < 0),
                "lessThanEqual" => values.Any(one => Order(given, one) <= 0),
                "greaterThan" => values.Any(one => Order(given, one) > 0),
                "greaterThanEqual" => values.Any(one => Order(given, one) >= 0),
                "between" => Order(given, values[0]) >= 0 && Order(given, values[1]) <= 0,
                "isNull" => given is null,
                "isNotNull" => given is not null,
                "contains" when value is { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Any(element => values.Contains(Plain(element))),
                "contains" => given is string text && values.OfType<string>().Any(part => text.Contains(part, StringComparison.Ordinal)),
                "startsWith" => given is string text && values.OfType<string>().Any(part => text.StartsWith(part, StringComparison.Ordinal)),
                _ => given is string text && values.OfType<string>().Any(part => text.EndsWith(part, StringComparison.Ordinal)),
            };
        }

        public override string Write(Random random)
        {
            var values = (Values.Length == 0 || Method == "between" ? Values : Disorder(Values, random)).Select(spellings => spellings[random.Next(spellings.Length)]);
            return $$"""{"method":"{{Method}}","values":[{{string.Join(',', values)}}],"attribute":"{{Attribute}}"}""";
        }

        // As .NET has them, who compares decimals by value.
        private static object? Plain(JsonElement? value) => value?.ValueKind switch
        {
            null or JsonValueKind.Null => null,
            JsonValueKind.String => value.Value.GetString(),
            JsonValueKind.Number => value.Value.GetDecimal(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => new object(),
        };

        private static int? Order(object? left, object? right) => (left, right) switch
        {
            (decimal one, decimal other) => one.CompareTo(other),
            (string one, string other) => string.CompareOrdinal(one, other),
            _ => null,
        };
    }
}
