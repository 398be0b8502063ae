using System.Buffers;
using RealtimeGateway.MessagePack;

namespace RealtimeGateway.Tests.MessagePack;

/// <summary>The lengths before messages, byte by byte.</summary>
[TestFixture]
public sealed class LengthPrefixTests
{
    [TestCase(0, "00")]
    [TestCase(1, "01")]
    [TestCase(127, "7f")]
    [TestCase(128, "8001")]
    [TestCase(16_383, "ff7f")]
    [TestCase(16_384, "808001")]
    [TestCase(2_097_151, "ffff7f")]
    [TestCase(2_097_152, "80808001")]
    [TestCase(268_435_455, "ffffff7f")]
    [TestCase(268_435_456, "8080808001")]
    [TestCase(int.MaxValue, "ffffffff07")]
    public void Length_IsTheSame_BothWays(int length, string hex)
    {
        var written = new byte[LengthPrefix.MaxBytes];
        var bytes = LengthPrefix.Write(length, written);
        Assert.Multiple(() =>
        {
            Assert.That(Convert.ToHexStringLower(written.AsSpan(0, bytes)), Is.EqualTo(hex));
            Assert.That(LengthPrefix.TryRead(new ReadOnlySequence<byte>(Packed.Hex(hex + "ffff")), out var read), Is.True);
            Assert.That(read, Is.EqualTo(new LengthPrefix(bytes, length)));
        });
    }

    [TestCase("8680808000", 5, 6)]
    [TestCase("8600", 2, 6)]
    public void Length_WithMoreBytesThanItNeeds_IsOne(string hex, int bytes, int length)
    {
        LengthPrefix.TryRead(new ReadOnlySequence<byte>(Packed.Hex(hex)), out var read);
        Assert.That(read, Is.EqualTo(new LengthPrefix(bytes, length)));
    }

    [TestCase("")]
    [TestCase("80")]
    [TestCase("ffffffff")]
    public void Length_ThatHasNotEnded_IsWaitedFor(string hex) =>
        Assert.That(LengthPrefix.TryRead(new ReadOnlySequence<byte>(Packed.Hex(hex)), out _), Is.False);

    [TestCase("ffffffff08")]
    [TestCase("ffffffff7f")]
    [TestCase("ffffffffff")]
    [TestCase("808080808001")]
    public void Length_BeyondTwoGigabytes_OrOfSixBytes_IsNone(string hex)
    {
        Assert.That(LengthPrefix.TryRead(new ReadOnlySequence<byte>(Packed.Hex(hex)), out var read), Is.True);
        Assert.That(read.Length, Is.Null);
    }
}
