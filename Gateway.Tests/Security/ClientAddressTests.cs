using System.Net;
using RealtimeGateway.Security;

namespace RealtimeGateway.Tests.Security;

/// <summary>Which addresses are one and the same client, and which are not.</summary>
[TestFixture]
public sealed class ClientAddressTests
{
    [TestCase("192.0.2.1", "192.0.2.1")]
    [TestCase("::ffff:192.0.2.1", "192.0.2.1")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:2::", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64")]
    [TestCase("fe80::1%7", "fe80::/64")]
    [TestCase("::1", "::/64")]
    public void Address_IsTheIPv4Address_OrTheFirst64Bits(string peer, string counted) =>
        Assert.That(ClientAddress.Of(IPAddress.Parse(peer)).ToString(), Is.EqualTo(counted));

    [TestCase("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [TestCase("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [TestCase("fe80::1%7", "fe80::2%8", true)]
    [TestCase("192.0.2.1", "::ffff:192.0.2.1", true)]
    [TestCase("192.0.2.1", "192.0.2.2", false)]
    [TestCase("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    [TestCase("::ffff:192.0.2.1", "::1", false)]
    public void Addresses_AreOne_WhenASingleLineMayHaveBoth(string one, string other, bool same)
    {
        var (first, second) = (ClientAddress.Of(IPAddress.Parse(one)), ClientAddress.Of(IPAddress.Parse(other)));
        Assert.Multiple(() =>
        {
            Assert.That(first.Equals(second), Is.EqualTo(same));
            Assert.That(first.GetHashCode() == second.GetHashCode(), Is.EqualTo(same));
        });
    }

    [Test]
    public void NoAddress_IsOneThatAllSuchPeersShare_AndNoOtherHas()
    {
        var (one, other) = (ClientAddress.Of(null), ClientAddress.Of(null));
        Assert.Multiple(() =>
        {
            Assert.That(one, Is.EqualTo(other));
            Assert.That(one, Is.Not.EqualTo(ClientAddress.Of(IPAddress.Any)));
            Assert.That(one.ToString(), Is.EqualTo("unknown"));
        });
    }
}
