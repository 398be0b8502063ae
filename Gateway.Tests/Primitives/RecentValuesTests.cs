using RealtimeGateway.Primitives;

namespace RealtimeGateway.Tests.Primitives;

[TestFixture]
public sealed class RecentValuesTests
{
    private readonly List<string> _made = [];
    private RecentValues<string> _values = null!;

    [SetUp]
    public void Create()
    {
        _made.Clear();
        _values = new RecentValues<string>(Make, generation: 10);
    }

    [Test]
    public void Value_IsMadeOnce()
    {
        Assert.Multiple(() =>
        {
            Assert.That(_values["a"], Is.EqualTo("made of a"));
            Assert.That(_values["a"], Is.EqualTo("made of a"));
            Assert.That(_values["A"], Is.EqualTo("made of A"), "names that differ in any byte are different");
        });
        Assert.That(_made, Is.EqualTo(new[] { "a", "A" }));
    }

    [Test]
    public void Strangers_MakeItNoLargerThanItsBound()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _ = _values[$"{i}"];
            Assert.That(_values.Count, Is.LessThanOrEqualTo(20));
        }
    }

    [Test]
    public void ValueThatIsUsed_Stays_WhateverStrangersAskFor()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _ = _values["a"];
            _ = _values[$"{i}"];
        }

        Assert.That(_made.Count(name => name == "a"), Is.EqualTo(1));
    }

    [Test]
    public void ValueThatIsNotUsed_IsForgotten()
    {
        _ = _values["a"];
        for (var i = 0; i < 20; i++)
        {
            _ = _values[$"{i}"];
        }

        _ = _values["a"];
        Assert.That(_made.Count(name => name == "a"), Is.EqualTo(2));
    }

    private string Make(string name)
    {
        _made.Add(name);
        return $"made of {name}";
    }
}
