using System.Globalization;
using System.Runtime.CompilerServices;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Filters;

[TestFixture]
public sealed class InterestCatalogTests
{
    [Test]
    public void EqualInterests_AreOneInstance()
    {
        var catalog = new InterestCatalog();
        var one = catalog.Get(["a", "b"], Written.Filter(Written.One("equal", "[1]"))).OrThrow();

        Assert.Multiple(() =>
        {
            Assert.That(catalog.Get(["b", "a"], Written.Filter(Written.One("equal", "[1.0]"))).OrThrow(), Is.SameAs(one));
            Assert.That(catalog.Get(["a"], Written.Filter(Written.One("equal", "[1]"))).OrThrow(), Is.Not.SameAs(one));
            Assert.That(catalog.Get(null, []).OrThrow(), Is.SameAs(Interest.Plain));
            Assert.That(catalog.Count, Is.EqualTo(2));
        });
    }

    [Test]
    public void Refusals_ArePassedOn_AndNotRemembered()
    {
        var catalog = new InterestCatalog();

        Assert.That(catalog.Get([], null).Error?.Code, Is.EqualTo(ErrorCodes.InvalidRequest));
        Assert.That(catalog.Count, Is.Zero);
    }

    [Test]
    public void Interest_IsForgotten_WhenNobodyHoldsIt()
    {
        var catalog = new InterestCatalog();
        var gone = GetAndLetGo(catalog, 0, 1).Single();
        Collect();

        Assert.That(gone.TryGetTarget(out _), Is.False);

        var anew = catalog.Get([Name(0)], null).OrThrow();
        Assert.That(catalog.Get([Name(0)], null).OrThrow(), Is.SameAs(anew));
        Assert.That(catalog.Count, Is.EqualTo(1));
    }

    [Test]
    public void Memory_IsBoundedByWhatIsHeld()
    {
        var catalog = new InterestCatalog();
        Interest[] held = [.. Enumerable.Range(0, 200).Select(number => catalog.Get([Name(number)], null).OrThrow())];
        for (var round = 1; round <= 20; round++)
        {
            GetAndLetGo(catalog, round * 200, 200);
            Collect();
        }

        Assert.Multiple(() =>
        {
            Assert.That(catalog.Count, Is.LessThanOrEqualTo(1_000));
            Assert.That(Enumerable.Range(0, 200).Select(number => catalog.Get([Name(number)], null).OrThrow()), Is.EqualTo(held).Using<Interest>(ReferenceEquals));
        });
    }

    [Test]
    public void EqualInterests_AreOneInstance_ForAllThreads()
    {
        var catalog = new InterestCatalog();
        var got = new Interest[4_000];
        Parallel.For(0, got.Length, i => got[i] = catalog.Get([Name(i % 200)], null).OrThrow());

        Assert.That(got.Distinct(ReferenceEqualityComparer.Instance).Count(), Is.EqualTo(200));
        Assert.That(catalog.Count, Is.EqualTo(200));
    }

    // Apart, so that no frame of the test holds what it made.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<Interest>[] GetAndLetGo(InterestCatalog catalog, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(number => new WeakReference<Interest>(catalog.Get([Name(number)], null).OrThrow()))];

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"event{number}");
}
