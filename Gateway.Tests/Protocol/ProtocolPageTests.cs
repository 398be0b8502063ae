using System.Reflection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Filters;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>The page that clients are written by has every message as it is, and every word that a client can meet.</summary>
[TestFixture]
public sealed class ProtocolPageTests
{
    private static readonly string[] Page = File.ReadAllLines(Repository.PathOf("docs/protocol.md"));

    [TestCaseSource(typeof(Samples), nameof(Samples.Names))]
    public void Sample_StandsInABlock(string name) => Assert.That(JsonLines(), Does.Contain(Samples.Read(name)));

    [Test]
    public void EveryLineOfABlock_IsASample() => Assert.That(JsonLines(), Is.SubsetOf(Samples.Names.Select(Samples.Read)));

    [TestCase(typeof(ErrorCodes))]
    [TestCase(typeof(RecoveryReasons))]
    [TestCase(typeof(SubscriptionStates))]
    [TestCase(typeof(PresenceTypes))]
    public void Word_IsOnThePage(Type words) =>
        AssertNamed(words.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!));

    [Test]
    public void FilterMethod_IsOnThePage() => AssertNamed(FilterMethods.All);

    [Test]
    public void HubMethod_HasItsChapter() => Assert.That(
        typeof(RealtimeHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(method => "### " + method.Name),
        Is.SubsetOf(Page));

    private static void AssertNamed(IEnumerable<string> words) => Assert.Multiple(() =>
    {
        foreach (var word in words)
        {
            Assert.That(Page.Any(line => line.Contains($"`{word}`", StringComparison.Ordinal)), Is.True, $"`{word}` is not named");
        }
    });

    private static IEnumerable<string> JsonLines()
    {
        var isInBlock = false;
        foreach (var line in Page)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isInBlock = line == "```json";
            }
            else if (isInBlock)
            {
                yield return line;
            }
        }
    }
}
