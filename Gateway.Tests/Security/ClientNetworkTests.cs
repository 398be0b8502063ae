using System.Net;
using RealtimeGateway.Security;

namespace RealtimeGateway.Tests.Security;

/// <summary>Which addresses are in the networks that an operator names.</summary>
[TestFixture]
public sealed class ClientNetworkTests
{
    [TestCase("192.0.2.7", "192.0.2.7", true)]
    [TestCase("192.0.2.7", "192.0.2.8", false)]
    [TestCase("192.0.2.7", "::ffff:192.0.2.7", true, Description = "an IPv4 peer of a socket for both")]
    [TestCase("::ffff:192.0.2.7", "192.0.2.7", true)]
    [TestCase("10.0.0.0/8", "10.255.255.255", true)]
    [TestCase("10.0.0.0/8", "11.0.0.0", false)]
    [TestCase("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [TestCase("10.0.0.0/8", "a00::1", false, Description = "the same first byte, another family")]
    [TestCase("2001:db8::/32", "2001:db8:ffff::1", true)]
    [TestCase("2001:db8::/32", "2001:db9::1", false)]
    [TestCase("2001:db8::7", "2001:db8::7", true)]
    [TestCase("2001:db8::7", "2001:db8::8", false, Description = "the same /64 is not the same address here")]
    public void Address_IsInNetwork_OrNot(string written, string address, bool isIn) =>
        Assert.That(ClientNetwork.Parse(written)!.Value.Has(IPAddress.Parse(address)), Is.EqualTo(isIn));
}
