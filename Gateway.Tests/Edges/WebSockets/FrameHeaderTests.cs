using RealtimeGateway.Edges.WebSockets;

namespace RealtimeGateway.Tests.Edges.WebSockets;

[TestFixture]
public sealed class FrameHeaderTests
{
    // RFC 6455, section 5.2: the shortest form of the length has to be used.
    [TestCase(0, "8100")]
    [TestCase(125, "817d")]
    [TestCase(126, "817e007e")]
    [TestCase(65_535, "817effff")]
    [TestCase(65_536, "817f0000000000010000")]
    [TestCase(int.MaxValue, "817f000000007fffffff")]
    public void StandsBeforeThePayload_InTheShortestForm(int payloadBytes, string expected)
    {
        var before = new byte[FrameHeader.MaxBytes + 3];
        var size = FrameHeader.WriteBefore(before, Opcode.Text, payloadBytes);
        Assert.That(Convert.ToHexStringLower(before.AsSpan()[^size..]), Is.EqualTo(expected));
    }

    [Test]
    public void Opcode_IsReadBack([Values] bool isBinary)
    {
        var opcode = isBinary ? Opcode.Binary : Opcode.Text;
        var before = new byte[FrameHeader.MaxBytes];
        var size = FrameHeader.WriteBefore(before, opcode, 1);
        Assert.That(FrameHeader.OpcodeOf(before.AsSpan()[^size..]), Is.EqualTo(opcode));
    }
}
