using System.Net;
using RealtimeGateway.Security;
using RealtimeGateway.Tests.Security.Keys;

namespace RealtimeGateway.Tests.Security;

/// <summary>Whom what somebody does is counted for.</summary>
[TestFixture]
public sealed class AdmittedTests
{
    private static readonly Whereabouts Here = new(IPAddress.Parse("2001:db8::1"), Origin: null);

    [TestCase("ann", true, "user:ann")]
    [TestCase("ann", false, "user:ann")]
    [TestCase(null, true, "key:backend")]
    [TestCase(null, false, "address:2001:db8::/64")]
    public void OneIsCounted_AsTheUser_ElseTheKey_ElseTheAddress(string? userId, bool hasKey, string counted)
    {
        var key = hasKey ? TestApiKeys.Ring(TimeProvider.System, TestApiKeys.Key("backend", "text")).Find("text", "connect").OrThrow() : null;
        var own = userId is null ? Identity.Guest : Identity.User(userId, [], DateTimeOffset.MaxValue);
        Assert.That(new Admitted(own, key, Basis: null, Here).CountedAs, Is.EqualTo(counted));
    }

    [TestCase("backend")]
    [TestCase("/64")]
    [TestCase("key:backend")]
    [TestCase("address:2001:db8::/64")]
    public void NoUsersId_IsCountedAsAKeyOrAnAddress(string userId) =>
        Assert.That(new Admitted(Identity.User(userId, [], DateTimeOffset.MaxValue), null, null, Here).CountedAs, Is.EqualTo("user:" + userId));
}
