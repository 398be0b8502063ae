using System.Reflection;

namespace RealtimeGateway.Tests.Client;

/// <summary>This client is shown to do all that the list of behaviours says.</summary>
[TestFixture]
public sealed class BehaviourTests
{
    [Test]
    public void EveryBehaviour_HasATest() => Assert.That(ShownHere(), Is.EquivalentTo(Behaviours.Ids));

    private static IEnumerable<string> ShownHere() =>
        (from type in typeof(BehaviourTests).Assembly.GetTypes()
         from method in type.GetMethods()
         from behaviour in method.GetCustomAttributes<BehaviourAttribute>()
         where method.IsDefined(typeof(TestAttribute)) || method.IsDefined(typeof(TestCaseAttribute))
         select behaviour.Id).Distinct();
}
