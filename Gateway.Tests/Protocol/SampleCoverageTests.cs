namespace RealtimeGateway.Tests.Protocol;

/// <summary>No sample lies in the folder that nothing is compared with.</summary>
[TestFixture]
public sealed class SampleCoverageTests
{
    [Test]
    public void EveryFile_IsWhatSomeTestCompares() =>
        Assert.That(Samples.Names, Is.EquivalentTo([HandshakeSampleTests.Request, .. CallSamples.Names, .. ServerSamples.Names]));
}
