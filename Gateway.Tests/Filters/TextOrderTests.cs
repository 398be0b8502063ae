using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Filters;

/// <summary>What is told from UTF-8 is what .NET tells from the string.</summary>
[TestFixture]
[FsCheck.NUnit.Properties(Arbitrary = [typeof(TextOrderTests)], MaxTest = 2_000)]
public sealed class TextOrderTests
{
    public sealed record Text(string Value);

    public static Arbitrary<Text> Texts() => Gen.Elements(
            "a", "b", "\u0000", "\u007f", "\u0080", "é", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff",
            "\U00010000", "😀", "😁", "\U0010ffff", "\"", "\\", "\n")
        .ListOf().Select(pieces => new Text(string.Concat(pieces))).ToArbitrary();

    [FsCheck.NUnit.Property]
    public void Order_IsOrdinal(Text prefix, Text one, Text other)
    {
        var (left, right) = (prefix.Value + one.Value, prefix.Value + other.Value);

        Assert.That(
            Math.Sign(TextOrder.Compare(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right))),
            Is.EqualTo(Math.Sign(string.CompareOrdinal(left, right))));
    }

    [FsCheck.NUnit.Property]
    public void Text_IsWhatTheJsonSays_EscapedOrNot(Text text)
    {
        foreach (var encoder in new[] { JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        {
            using var read = new JsonText(JsonElement.Parse($"\"{encoder.Encode(text.Value)}\""));
            Assert.That(Encoding.UTF8.GetString(read.Utf8), Is.EqualTo(text.Value));
        }
    }

    [FsCheck.NUnit.Property]
    public void Parts_AreFoundAsInStrings(Text text, Text part)
    {
        var data = JsonSerializer.Serialize(new { a = text.Value });
        var values = JsonSerializer.Serialize(new[] { part.Value });

        Assert.Multiple(() =>
        {
            Assert.That(Written.Passes(Written.One("contains", values), data), Is.EqualTo(text.Value.Contains(part.Value, StringComparison.Ordinal)));
            Assert.That(Written.Passes(Written.One("startsWith", values), data), Is.EqualTo(text.Value.StartsWith(part.Value, StringComparison.Ordinal)));
            Assert.That(Written.Passes(Written.One("endsWith", values), data), Is.EqualTo(text.Value.EndsWith(part.Value, StringComparison.Ordinal)));
        });
    }
}
