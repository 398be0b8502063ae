using FsCheck;
using FsCheck.Fluent;

namespace RealtimeGateway.Tests.MessagePack;

/// <summary>A JSON text.</summary>
/// <param name="Text">The text.</param>
public sealed record JsonValue(string Text);

/// <summary>Makes JSON of all kinds, with numbers and strings that are at the ends of something.</summary>
public static class AnyJson
{
    private static readonly string[] Scalars =
    [
        "null", "true", "false", "\"\"", "\"a\"", "\"Grüße, 世界 🌍\"", "\"\\u0000\\n\\\"\\\\\"", "\"2026-01-15T09:30:00Z\"",
        "0.1", "-0.0", "1.0", "1e21", "1e-7", "1.7976931348623157E+308", "5E-324", "123456789.123456789",
        "18446744073709551615", "18446744073709551614", "9223372036854775808", "9223372036854775807", "-9223372036854775808",
    ];

    private static readonly string[] Names = ["", "a", "b", "data", "ключ", "\\u0061", "a longer name, with more than thirty-one bytes"];

    public static Arbitrary<JsonValue> Values() => Of(depth: 5).Select(text => new JsonValue(text)).ToArbitrary();

    private static Gen<string> Of(int depth)
    {
        var scalar = Gen.OneOf(
            Gen.Elements(Scalars),
            ArbMap.Default.GeneratorFor<long>().Select(number => $"{number}"),
            ArbMap.Default.GeneratorFor<ulong>().Select(number => $"{number}"),
            Gen.Choose(-70_000, 70_000).Select(number => $"{number}"),
            ArbMap.Default.GeneratorFor<NormalFloat>().Select(number => number.Get.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
            Gen.Choose(0, 300).Select(length => $"\"{new string('x', length)}\""));
        return depth == 0 ? scalar : Gen.Frequency(
            (3, scalar),
            (1, Of(depth - 1).ListOf().Select(items => $"[{string.Join(',', items)}]")),
            (1, Gen.Elements(Names).Zip(Of(depth - 1)).ListOf().Select(entries => $"{{{string.Join(',', entries.Select(Property))}}}")));
    }

    private static string Property((string Name, string Value) entry) => $"\"{entry.Name}\":{entry.Value}";
}
