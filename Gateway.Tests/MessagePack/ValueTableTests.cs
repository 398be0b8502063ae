using System.Text.Json;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Tests.MessagePack;

/// <summary>Every format of MessagePack, byte by byte, at the ends of what it can hold, and what is the same in JSON.</summary>
[TestFixture]
public sealed class ValueTableTests
{
    private static readonly IEnumerable<TestCaseData> Long =
    [
        Text(31, "bf"), Text(32, "d920"), Text(255, "d9ff"), Text(256, "da0100"), Text(65_535, "daffff"), Text(65_536, "db00010000"),
        List(15, "9f"), List(16, "dc0010"), List(65_535, "dcffff"), List(65_536, "dd00010000"),
        Object(15, "8f"), Object(16, "de0010"), Object(65_535, "deffff"), Object(65_536, "df00010000"),
    ];

    [TestCase("null", "c0")]
    [TestCase("false", "c2")]
    [TestCase("true", "c3")]
    [TestCase("0", "00")]
    [TestCase("127", "7f")]
    [TestCase("128", "cc80")]
    [TestCase("255", "ccff")]
    [TestCase("256", "cd0100")]
    [TestCase("65535", "cdffff")]
    [TestCase("65536", "ce00010000")]
    [TestCase("4294967295", "ceffffffff")]
    [TestCase("4294967296", "cf0000000100000000")]
    [TestCase("9007199254740993", "cf0020000000000001")]
    [TestCase("9223372036854775807", "cf7fffffffffffffff")]
    [TestCase("9223372036854775808", "cf8000000000000000")]
    [TestCase("18446744073709551615", "cfffffffffffffffff")]
    [TestCase("-1", "ff")]
    [TestCase("-32", "e0")]
    [TestCase("-33", "d0df")]
    [TestCase("-128", "d080")]
    [TestCase("-129", "d1ff7f")]
    [TestCase("-32768", "d18000")]
    [TestCase("-32769", "d2ffff7fff")]
    [TestCase("-2147483648", "d280000000")]
    [TestCase("-2147483649", "d3ffffffff7fffffff")]
    [TestCase("-9223372036854775808", "d38000000000000000")]
    [TestCase("0.0", "cb0000000000000000")]
    [TestCase("-0.0", "cb8000000000000000")]
    [TestCase("0.5", "cb3fe0000000000000")]
    [TestCase("1.0", "cb3ff0000000000000")]
    [TestCase("-1.5", "cbbff8000000000000")]
    [TestCase("0.1", "cb3fb999999999999a")]
    [TestCase("9007199254740992.0", "cb4340000000000000")]
    [TestCase("1E+21", "cb444b1ae4d6e2ef50")]
    [TestCase("1.7976931348623157E+308", "cb7fefffffffffffff")]
    [TestCase("5E-324", "cb0000000000000001")]
    [TestCase("\"\"", "a0")]
    [TestCase("\"a\"", "a161")]
    [TestCase("\"é世🌍\"", "a9c3a9e4b896f09f8c8d")]
    [TestCase("\"2026-01-15T09:30:00.125Z\"", "b8323032362d30312d31355430393a33303a30302e3132355a")]
    [TestCase("[]", "90")]
    [TestCase("[1,\"a\",null]", "9301a161c0")]
    [TestCase("[[],[[]],{}]", "93909190" + "80")]
    [TestCase("{}", "80")]
    [TestCase("{\"a\":1}", "81a16101")]
    [TestCase("{\"b\":{\"c\":[{}]},\"a\":-1}", "82a16281a1639180a161ff")]
    [TestCase("{\"a\":1,\"a\":2}", "82a16101a16102")]
    [TestCaseSource(nameof(Long))]
    public void Value_IsTheSame_BothWays(string json, string hex) => Assert.Multiple(() =>
    {
        Assert.That(Convert.ToHexStringLower(Packed.Of(json)), Is.EqualTo(hex));
        Assert.That(Packed.ToJson(Packed.Hex(hex)), Is.EqualTo(json));
    });

    [TestCase(" [ 1 ,\r\n\t2 ] ", "920102")]
    [TestCase("1e0", "cb3ff0000000000000")]
    [TestCase("-0", "cb8000000000000000")]
    [TestCase("18446744073709551616", "cb43f0000000000000")]
    [TestCase("-9223372036854775809", "cbc3e0000000000000")]
    [TestCase("0.1000000000000000055511151231257827", "cb3fb999999999999a")]
    [TestCase("1e-400", "cb0000000000000000")]
    [TestCase("1e400", "cb7fefffffffffffff")]
    [TestCase("-1e400", "cbffefffffffffffff")]
    [TestCase("\"\\u00e9\\n\\ud83c\\udf0d\"", "a7c3a90af09f8c8d")]
    [TestCase("{\"\\u0061\":1}", "81a16101")]
    public void Json_ThatHasAnotherSpelling_IsTheNearestValue(string json, string hex) =>
        Assert.That(Convert.ToHexStringLower(Packed.Of(json)), Is.EqualTo(hex));

    [TestCase("cc01", "1")]
    [TestCase("cd0001", "1")]
    [TestCase("ce00000001", "1")]
    [TestCase("cf0000000000000001", "1")]
    [TestCase("d001", "1")]
    [TestCase("d10001", "1")]
    [TestCase("d200000001", "1")]
    [TestCase("d30000000000000001", "1")]
    [TestCase("d0ff", "-1")]
    [TestCase("d1ffff", "-1")]
    [TestCase("d2ffffffff", "-1")]
    [TestCase("d3ffffffffffffffff", "-1")]
    [TestCase("d37fffffffffffffff", "9223372036854775807")]
    [TestCase("ca3f800000", "1.0")]
    [TestCase("ca80000000", "-0.0")]
    [TestCase("ca3dcccccd", "0.10000000149011612")]
    [TestCase("ca7f7fffff", "3.4028234663852886E+38")]
    [TestCase("d90161", "\"a\"")]
    [TestCase("da000161", "\"a\"")]
    [TestCase("db0000000161", "\"a\"")]
    [TestCase("dc000101", "[1]")]
    [TestCase("dd0000000101", "[1]")]
    [TestCase("de0001a16101", "{\"a\":1}")]
    [TestCase("df00000001a16101", "{\"a\":1}")]
    [TestCase("c400", "\"\"")]
    [TestCase("c403fbefff", "\"++//\"")]
    [TestCase("c5000161", "\"YQ==\"")]
    [TestCase("c60000000161", "\"YQ==\"")]
    [TestCase("a3000a22", "\"\\u0000\\n\\\"\"")]
    public void MessagePack_ThatHasAnotherForm_IsTheValue(string hex, string json) => Assert.That(Packed.ToJson(Packed.Hex(hex)), Is.EqualTo(json));

    [TestCase("ca7fc00000", "NaN and infinities")]
    [TestCase("ca7f800000", "NaN and infinities")]
    [TestCase("caff800000", "NaN and infinities")]
    [TestCase("cb7ff8000000000000", "NaN and infinities")]
    [TestCase("cb7ff0000000000000", "NaN and infinities")]
    [TestCase("cbfff0000000000000", "NaN and infinities")]
    [TestCase("d6ff00000000", "timestamp")]
    [TestCase("d7ff0000000000000000", "timestamp")]
    [TestCase("c70cff000000000000000000000000", "timestamp")]
    [TestCase("d40100", "timestamp")]
    [TestCase("d5010000", "timestamp")]
    [TestCase("d80100000000000000000000000000000000", "timestamp")]
    [TestCase("c8000101" + "00", "timestamp")]
    [TestCase("c90000000101" + "00", "timestamp")]
    [TestCase("810101", "key")]
    [TestCase("81c001", "key")]
    [TestCase("81c4016101", "key")]
    [TestCase("819001", "key")]
    [TestCase("a1ff", "UTF-8")]
    [TestCase("a2c0af", "UTF-8")]
    [TestCase("a3eda080", "UTF-8")]
    [TestCase("a1e4", "UTF-8")]
    [TestCase("81a1ff01", "UTF-8")]
    [TestCase("93010281a161ca7fc00000", "NaN and infinities")]
    public void MessagePack_ThatJsonHasNoFormFor_IsRefused_WithASentence(string hex, string what)
    {
        var refusal = Assert.Throws<NotJsonException>(() => Packed.ToJson(Packed.Hex(hex)));
        Assert.That(refusal.Message, Does.Contain(what).And.Match("^[A-Z].*\\.$"));
    }

    [TestCase("")]
    [TestCase("c1")]
    [TestCase("9301c102")]
    [TestCase("91")]
    [TestCase("9201")]
    [TestCase("81a161")]
    [TestCase("a261")]
    [TestCase("d9")]
    [TestCase("d9ff61")]
    [TestCase("da00")]
    [TestCase("daffff61")]
    [TestCase("dbffffffff61")]
    [TestCase("db7fffffff61")]
    [TestCase("dc")]
    [TestCase("dcffff01")]
    [TestCase("dd7fffffff01")]
    [TestCase("ddffffffff01")]
    [TestCase("deffff01")]
    [TestCase("df7fffffff01")]
    [TestCase("dfffffffff01")]
    [TestCase("df80000000")]
    [TestCase("c4")]
    [TestCase("c4ff00")]
    [TestCase("c5ffff00")]
    [TestCase("c6ffffffff00")]
    [TestCase("cc")]
    [TestCase("cd01")]
    [TestCase("ce010203")]
    [TestCase("cf01020304050607")]
    [TestCase("d0")]
    [TestCase("d3")]
    [TestCase("ca000000")]
    [TestCase("cb00000000000000")]
    public void Bytes_ThatAreNoMessagePack_AreSoSaid_AndNothingIsMadeForWhatTheyClaim(string hex)
    {
        var bytes = Packed.Hex(hex);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Packed.ToJson(bytes), Throws.InstanceOf<InvalidDataException>());
        Assert.That(() => Skip(bytes), Throws.InstanceOf<InvalidDataException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
    }

    [TestCase("c7ff0100")]
    [TestCase("c8ffff0100")]
    [TestCase("c9ffffffff0100")]
    [TestCase("c9ffffffff")]
    [TestCase("d8010000")]
    public void Extension_ThatGoesBeyondTheEnd_IsNoMessagePack(string hex) =>
        Assert.That(() => Skip(Packed.Hex(hex)), Throws.InstanceOf<InvalidDataException>());

    [Test]
    public void Depth_IsBounded_WhateverTheThreadHasLeft()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Packed.ToJson(Packed.Nested(Packed.MaxDepth)), Has.Length.EqualTo(2 * Packed.MaxDepth));
            Assert.That(() => Packed.ToJson(Packed.Nested(Packed.MaxDepth + 1)), Throws.InstanceOf<NotJsonException>());
            Assert.That(() => Packed.ToJson(Packed.Nested(1_000_000)), Throws.InstanceOf<NotJsonException>());
            Assert.That(() => Skip(Packed.Nested(1_000_000)), Throws.Nothing);
            Assert.That(() => Packed.Of(new string('[', Packed.MaxDepth) + new string(']', Packed.MaxDepth)), Throws.Nothing);
            Assert.That(() => Packed.Of(new string('[', Packed.MaxDepth + 1) + new string(']', Packed.MaxDepth + 1)), Throws.InstanceOf<JsonException>());
        });
    }

    [TestCase(0, false)]
    [TestCase(34, false)]
    [TestCase(35, false)]
    [TestCase(36, true)]
    [TestCase(1_000_000, true)]
    public void Depth_IsSeen_WithoutReading(int depth, bool exceeds) =>
        Assert.That(MessagePackDepth.Exceeds(depth == 0 ? [0xC0] : Packed.Nested(depth), 35), Is.EqualTo(exceeds));

    [Test]
    public void Depth_OfWhatStandsBesideEachOther_IsNotAddedUp()
    {
        byte[] wide = [0xDC, 0x03, 0xE8, .. Enumerable.Repeat(new byte[] { 0x81, 0xA0, 0x91, 0xC0 }, 1_000).SelectMany(item => item)];
        Assert.Multiple(() =>
        {
            Assert.That(MessagePackDepth.Exceeds(wide, 3), Is.False);
            Assert.That(MessagePackDepth.Exceeds(wide, 2), Is.True);
        });
    }

    [Test]
    public void Json_IsBounded_HoweverMuchItGrows()
    {
        // Six bytes for one.
        byte[] growing = [0xDC, 0xFF, 0xFF, .. Enumerable.Repeat((byte)0xC2, 65_535)];
        var refusal = Assert.Throws<NotJsonException>(() => Packed.ToJson(growing, maxBytes: 100_000));
        Assert.Multiple(() =>
        {
            Assert.That(refusal.IsTooLarge, Is.True);
            Assert.That(Packed.ToJson(growing, maxBytes: 400_000), Has.Length.EqualTo(6 * 65_535 + 1));
        });
    }

    [Test]
    public void Json_ThatIsNoText_IsMadeOne_OrRefused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Packed.Of([(byte)'"', 0xFF, (byte)'"']), Is.EqualTo(Packed.Hex("a3efbfbd")));
            Assert.That(() => Packed.Of("\"\\ud800\""), Throws.InstanceOf<JsonException>());
            Assert.That(() => Packed.Of("[1,]"), Throws.InstanceOf<JsonException>());
            Assert.That(() => Packed.Of("1 2"), Throws.InstanceOf<JsonException>());
        });
    }

    private static void Skip(byte[] bytes)
    {
        var reader = new MessagePackReader(bytes);
        reader.Skip();
    }

    private static TestCaseData Text(int length, string header) =>
        new TestCaseData($"\"{new string('x', length)}\"", header + string.Concat(Enumerable.Repeat("78", length)))
            .SetArgDisplayNames($"a string of {length}");

    private static TestCaseData List(int length, string header) =>
        new TestCaseData($"[{string.Join(',', Enumerable.Repeat("7", length))}]", header + string.Concat(Enumerable.Repeat("07", length)))
            .SetArgDisplayNames($"an array of {length}");

    private static TestCaseData Object(int length, string header) =>
        new TestCaseData($"{{{string.Join(',', Enumerable.Repeat("\"k\":7", length))}}}", header + string.Concat(Enumerable.Repeat("a16b07", length)))
            .SetArgDisplayNames($"a map of {length}");
}
