using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using RealtimeGateway.Edges;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges;

/// <summary>Whose word is taken for where a request comes from.</summary>
[TestFixture]
public sealed class TrustedProxiesTests
{
    private static readonly string[] Proxies = ["10.0.0.0/8", "192.0.2.7", "2001:db8:f::/48"];

    // Each proxy adds at the right the address that it was called from; what stands to the left of a stranger is his own word.
    [TestCase("203.0.113.5", "198.51.100.1", "203.0.113.5", "a stranger says what he likes")]
    [TestCase("192.0.2.8", "198.51.100.1", "192.0.2.8", "the neighbour of a proxy is none")]
    [TestCase("10.1.2.3", "198.51.100.1", "198.51.100.1", "one proxy")]
    [TestCase("10.1.2.3", "198.51.100.1, 192.0.2.7", "198.51.100.1", "two proxies")]
    [TestCase("10.1.2.3", "198.51.100.1, 192.0.2.7, 10.9.9.9", "198.51.100.1", "three")]
    [TestCase("10.1.2.3", "198.51.100.1,192.0.2.7", "198.51.100.1", "without a space")]
    [TestCase("10.1.2.3", "1.1.1.1, 198.51.100.1", "198.51.100.1", "what the client said itself is the leftmost")]
    [TestCase("10.1.2.3", "1.1.1.1, 198.51.100.1, 192.0.2.7", "198.51.100.1", "and stays so behind two")]
    [TestCase("10.1.2.3", "10.0.0.99, 198.51.100.1", "198.51.100.1", "a client that says it is a proxy")]
    [TestCase("10.1.2.3", "192.0.2.7, 10.0.0.99", "192.0.2.7", "proxies all the way: the first of them")]
    [TestCase("10.1.2.3", "", "10.1.2.3", "no header")]
    [TestCase("10.1.2.3", "garbage", "10.1.2.3", "nothing that can be read")]
    [TestCase("10.1.2.3", "unknown, 192.0.2.7", "192.0.2.7", "as far as it can be read")]
    [TestCase("10.1.2.3", "198.51.100.1, garbage", "10.1.2.3", "what is behind garbage is nobody's word")]
    [TestCase("10.1.2.3", ",,,", "10.1.2.3", "nothing")]
    [TestCase("10.1.2.3", "198.51.100.1:4711", "198.51.100.1", "with a port")]
    [TestCase("10.1.2.3", "\"[2001:db8:1:2::5]:4711\"", "2001:db8:1:2::/64", "an IPv6 address with a port")]
    [TestCase("10.1.2.3", "2001:db8:1:2::5", "2001:db8:1:2::/64", "an IPv6 address without")]
    [TestCase("10.1.2.3", "::ffff:198.51.100.1", "198.51.100.1", "an IPv4 address in IPv6's clothes")]
    [TestCase("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1", "a proxy in them")]
    [TestCase("2001:db8:f:1::1", "198.51.100.1, 2001:db8:f:2::2", "198.51.100.1", "proxies on IPv6")]
    [TestCase("2001:db8:e::1", "198.51.100.1", "2001:db8:e::/64", "a stranger on IPv6")]
    public void Address_IsTheFirst_ThatIsNoProxyOfOurs(string peer, string header, string counted, string because) =>
        Assert.That(AddressOf(Proxies, peer, header), Is.EqualTo(counted), because);

    [Test]
    public void SeveralHeaders_AreOneList() =>
        Assert.That(AddressOf(Proxies, "10.1.2.3", "1.1.1.1", "198.51.100.1, 192.0.2.7"), Is.EqualTo("198.51.100.1"));

    [Test]
    public void EndlessList_IsReadNoFurtherThanItIsBelieved() =>
        Assert.That(AddressOf(Proxies, "10.1.2.3", string.Join(',', Enumerable.Repeat("1.1.1.1", 3_000)) + ",198.51.100.1"), Is.EqualTo("198.51.100.1"));

    [Test]
    public void WithoutTrustedProxies_NobodyIsBelieved()
    {
        Assert.Multiple(() =>
        {
            Assert.That(AddressOf([], "127.0.0.1", "198.51.100.1"), Is.EqualTo("127.0.0.1"));
            Assert.That(AddressOf([], "::1", "198.51.100.1"), Is.EqualTo("::/64"));
            Assert.That(AddressOf(["10.0.0.0/8"], "127.0.0.1", "198.51.100.1"), Is.EqualTo("127.0.0.1"), "loopback is trusted by nobody's default");
        });
    }

    [Test]
    public void OtherHeaders_AreNotBelieved()
    {
        var context = Request("10.1.2.3", []);
        context.Request.Headers["X-Real-IP"] = "1.1.1.1";
        context.Request.Headers["Forwarded"] = "for=1.1.1.1";
        context.Request.Headers["X-Forwarded-Host"] = "evil.example";
        context.Request.Headers["X-Forwarded-Proto"] = "gopher";
        Assert.Multiple(() =>
        {
            Assert.That(Compile(Proxies).WhereaboutsOf(context).Address.ToString(), Is.EqualTo("10.1.2.3"));
            Assert.That(context.Request.Scheme, Is.Not.EqualTo("gopher"));
            Assert.That(context.Request.Host.Value, Is.Not.EqualTo("evil.example"));
        });
    }

    [TestCase("proxy.example")]
    [TestCase("10.0.0.0/33")]
    [TestCase("10.0.0.1:80")]
    [TestCase("*")]
    [TestCase("")]
    [TestCase("10.0.0.1, 10.0.0.2")]
    [TestCase("10", Description = "the address 0.0.0.10, to the library")]
    [TestCase("10.1", Description = "10.0.0.1")]
    [TestCase("10/8", Description = "0.0.0.0/8")]
    [TestCase("010.0.0.1", Description = "8.0.0.1, of a stranger")]
    [TestCase("010.0.0.0/8")]
    [TestCase("0x0a.0.0.1")]
    public void Mistake_StopsTheStart_WithASentence(string written)
    {
        var exception = Assert.ThrowsAsync<OptionsValidationException>(
            () => TestGateway.StartAsync([("TrustedProxies:0", "10.0.0.0/8"), ("TrustedProxies:1", written)]));
        Assert.That(
            exception!.Failures,
            Is.EqualTo(new[] { $"Gateway:TrustedProxies:1 '{written}' is neither an address nor a network such as 10.0.0.0/8." }));
    }

    [TestCase("10.0.0.1")]
    [TestCase("10.0.0.1/8")]
    [TestCase("0.0.0.0/0")]
    [TestCase("2001:DB8::1")]
    [TestCase("2001:db8:0:0::/64")]
    [TestCase("::ffff:10.0.0.1")]
    [TestCase("fe80::1%1")]
    public void Address_AndNetwork_MayBeWrittenAsTheyUsuallyAre(string written) => Compile([written]);

    private static string AddressOf(string[] proxies, string peer, params string[] headers) =>
        Compile(proxies).WhereaboutsOf(Request(peer, headers)).Address.ToString();

    private static TrustedProxies Compile(string[] written)
    {
        var problems = new List<string>();
        var compiled = TrustedProxies.Compile(written, problems);
        Assert.That(problems, Is.Empty);
        return compiled;
    }

    private static DefaultHttpContext Request(string peer, string[] forwarded)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        context.Request.Headers["X-Forwarded-For"] = forwarded;
        return context;
    }
}
