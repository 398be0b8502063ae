using FsCheck;
using FsCheck.Fluent;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Tests.Primitives;

[TestFixture]
public sealed class SmallMapTests
{
    /// <summary>Sets, adds or removes a key.</summary>
    public enum Act
    {
        Set,
        Add,
        Remove,
    }

    // More keys than stand in an array, so that both ways of keeping them are gone over, there and back.
    [Test]
    public void AnyUse_IsThatOfADictionary() => Prop
        .ForAll(
            (from act in Gen.Elements(Act.Set, Act.Add, Act.Remove)
             from key in Gen.Choose(0, 11)
             from value in Gen.Choose(0, 99)
             select (act, key, value)).ListOf().Resize(60).ToArbitrary(),
            steps =>
            {
                var map = default(SmallMap<string, int>);
                var model = new Dictionary<string, int>(StringComparer.Ordinal);
                foreach (var (act, number, value) in steps)
                {
                    var key = $"k{number}";
                    switch (act)
                    {
                        case Act.Set:
                            map[key] = model[key] = value;
                            break;
                        case Act.Add when model.TryAdd(key, value):
                            map.Add(key, value);
                            break;
                        case Act.Add:
                            Assert.That(() => map.Add(key, value), Throws.ArgumentException);
                            break;
                        case Act.Remove:
                            var wasThere = model.Remove(key, out var expected);
                            Assert.That((map.Remove(key, out var removed), removed), Is.EqualTo((wasThere, expected)));
                            break;
                    }

                    AssertIsEqual(map, model);
                }

                map.Clear();
                AssertIsEqual(map, []);
            })
        .QuickCheckThrowOnFailure();

    [Test]
    public void KeyThatIsNotThere_IsToldSo()
    {
        var map = SmallMap<string, int>.Of([new("a", 1)]);
        Assert.Multiple(() =>
        {
            Assert.That(() => map["A"], Throws.TypeOf<KeyNotFoundException>(), "texts that differ in any character are different");
            Assert.That(map.GetValueOrDefault("A"), Is.Zero);
            Assert.That(map["a"], Is.EqualTo(1));
        });
    }

    [Test]
    public void WalkingIt_AllocatesNothing([Values(0, 2, 20)] int entries)
    {
        var map = SmallMap<int, int>.Of(Enumerable.Range(0, entries).Select(i => new KeyValuePair<int, int>(i, 1)));
        Assert.That(Sum(map), Is.EqualTo(entries));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Sum(map);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static int Sum(in SmallMap<int, int> map)
    {
        var sum = 0;
        foreach (var (_, value) in map)
        {
            sum += value;
        }

        return sum;
    }

    private static void AssertIsEqual(SmallMap<string, int> map, Dictionary<string, int> model)
    {
        var walked = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            walked.Add(key, value);
        }

        Assert.That(walked, Is.EquivalentTo(model));
        Assert.That(map.Count, Is.EqualTo(model.Count));
        Assert.That(map.Keys, Is.EquivalentTo(model.Keys));
        Assert.That(map.Values, Is.EquivalentTo(model.Values));
        for (var number = 0; number < 12; number++)
        {
            Assert.That(map.ContainsKey($"k{number}"), Is.EqualTo(model.ContainsKey($"k{number}")));
        }
    }
}
