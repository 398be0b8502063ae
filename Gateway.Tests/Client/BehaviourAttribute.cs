using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace RealtimeGateway.Tests.Client;

/// <summary>A test that shows one of the behaviours which all clients have in common (<c>testdata/clients/behaviours.json</c>).</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class BehaviourAttribute(string id) : NUnitAttribute, IApplyToTest
{
    public string Id => id;

    public void ApplyToTest(Test test) => test.Properties.Set(PropertyNames.Description, Behaviours.SentenceOf(id));
}
