using System.Globalization;
using System.Text.Json;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Tests.MessagePack;

/// <summary>Whatever the value: it comes back as it was. Whatever the bytes: nothing worse than a refusal.</summary>
[TestFixture]
public sealed class ValuePropertyTests
{
    [FsCheck.NUnit.Property(Arbitrary = [typeof(AnyJson)], MaxTest = 2_000)]
    public void Json_ComesBackFromMessagePack_AsTheSameValue(JsonValue value)
    {
        var packed = Packed.Of(value.Text);
        var back = Packed.ToJson(packed);
        Assert.Multiple(() =>
        {
            AssertEqual(JsonElement.Parse(value.Text), JsonElement.Parse(back));
            Assert.That(Packed.Of(back), Is.EqualTo(packed), "nor does it change when it goes again");
        });
    }

    [FsCheck.NUnit.Property(MaxTest = 20_000)]
    public void AnyBytes_AreAValue_OrRefused(byte[] bytes)
    {
        try
        {
            var reader = new MessagePackReader(bytes);
            var first = Packed.ToJson(reader.ReadRaw());
            Assert.That(Packed.ToJson(Packed.Of(first)), Is.EqualTo(first), "what is taken is one value, of which others hear the same");
        }
        catch (Exception exception) when (exception is InvalidDataException or NotJsonException)
        {
            Assert.That(exception.Message, Does.Match("^[A-Z].*\\.$"));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 20_000)]
    public void AnyBytes_HaveADepth_OrNone(byte[] bytes, byte maxDepth)
    {
        try
        {
            MessagePackDepth.Exceeds(bytes, maxDepth);
        }
        catch (InvalidDataException exception)
        {
            Assert.That(exception.Message, Does.Match("^[A-Z].*\\.$"));
        }
    }

    private static void AssertEqual(JsonElement expected, JsonElement actual)
    {
        Assert.That(actual.ValueKind, Is.EqualTo(expected.ValueKind));
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                var properties = actual.EnumerateObject().ToList();
                Assert.That(properties.Select(property => property.Name), Is.EqualTo(expected.EnumerateObject().Select(property => property.Name)));
                foreach (var (index, property) in expected.EnumerateObject().Index())
                {
                    AssertEqual(property.Value, properties[index].Value);
                }

                break;
            case JsonValueKind.Array:
                Assert.That(actual.GetArrayLength(), Is.EqualTo(expected.GetArrayLength()));
                foreach (var (index, item) in expected.EnumerateArray().Index())
                {
                    AssertEqual(item, actual[index]);
                }

                break;
            case JsonValueKind.String:
                Assert.That(actual.GetString(), Is.EqualTo(expected.GetString()));
                break;
            case JsonValueKind.Number when IsInteger(expected.GetRawText()):
                Assert.That(actual.GetRawText(), Is.EqualTo(expected.GetRawText()));
                break;
            case JsonValueKind.Number:
                Assert.That(IsInteger(actual.GetRawText()), Is.False, "a float stays one");
                Assert.That(BitConverter.DoubleToInt64Bits(actual.GetDouble()), Is.EqualTo(BitConverter.DoubleToInt64Bits(expected.GetDouble())));
                break;
        }
    }

    private static bool IsInteger(string number) =>
        number != "-0" && Int128.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        && value >= long.MinValue && value <= ulong.MaxValue;
}
