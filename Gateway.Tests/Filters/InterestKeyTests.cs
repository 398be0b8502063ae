using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Filters;

/// <summary>Interests that mean the same have the same key, and others have another.</summary>
[TestFixture]
public sealed class InterestKeyTests
{
    private const string A = """{"method":"equal","attribute":"a","values":[1]}""";
    private const string B = """{"method":"startsWith","attribute":"b","values":["x"]}""";

    private static readonly string[] Same =
    [
        $"[{A},{B}] [{B},{A}]",
        $"[{A},{B}] [{A},{B},{A}]",
        $$"""[{"method":"or","values":[{{A}},{{B}}]}] [{"method":"or","values":[{{B}},{{A}},{{B}}]}]""",
        $$"""[{"method":"not","values":[{{A}},{{B}}]}] [{"method":"not","values":[{{B}},{{A}}]}]""",
        $$"""[{"method":"and","values":[{{A}},{{B}}]}] [{"method":"and","values":[{{B}},{{A}}]}]""",
        """[{"method":"equal","attribute":"a","values":[1,"x",true,null]}] [{"values":[null,true,"x",1.0,"\u0078",1e0],"attribute":"\u0061","method":"equal"}]""",
        """[{"method":"lessThan","attribute":"a","values":[1,2]}] [{"method":"lessThan","attribute":"a","values":[2.0,1,1]}]""",
        """[{"method":"between","attribute":"a","values":[1,2]}] [{"method":"between","attribute":"a","values":[1.0,20e-1]}]""",
        """[{"method":"equal","attribute":"a","values":[-0]}] [{"method":"equal","attribute":"a","values":[0e9]}]""",
        """[{"method":"isNull","attribute":"a"}] [{"method":"isNull","attribute":"a","values":[]}]""",
        """[{"method":"isNull","attribute":"a"}] [{"method":"equal","attribute":"a","values":[null]}]""",
    ];

    private static readonly string[] Different =
    [
        $"[{A}] [{B}]",
        $"[{A}] [{A},{B}]",
        $$"""[{"method":"or","values":[{{A}},{{B}}]}] [{"method":"and","values":[{{A}},{{B}}]}]""",
        $$"""[{"method":"or","values":[{{A}},{{B}}]}] [{"method":"not","values":[{{A}},{{B}}]}]""",
        $$"""[{"method":"or","values":[{{A}}]},{{B}}] [{"method":"or","values":[{{A}},{{B}}]}]""",
        """[{"method":"equal","attribute":"a","values":[1]}] [{"method":"equal","attribute":"a","values":["1"]}]""",
        """[{"method":"equal","attribute":"a","values":[1]}] [{"method":"equal","attribute":"a","values":[10]}]""",
        """[{"method":"equal","attribute":"a","values":[1]}] [{"method":"equal","attribute":"A","values":[1]}]""",
        """[{"method":"equal","attribute":"a","values":[1]}] [{"method":"equal","attribute":"a","values":[-1]}]""",
        """[{"method":"equal","attribute":"a","values":[1]}] [{"method":"notEqual","attribute":"a","values":[1]}]""",
        """[{"method":"equal","attribute":"a","values":[true]}] [{"method":"equal","attribute":"a","values":["true"]}]""",
        """[{"method":"equal","attribute":"a","values":[null]}] [{"method":"equal","attribute":"a","values":["null"]}]""",
        """[{"method":"equal","attribute":"a","values":["x","y"]}] [{"method":"equal","attribute":"a","values":["x\",\"y"]}]""",
        """[{"method":"equal","attribute":"a","values":[9007199254740992]}] [{"method":"equal","attribute":"a","values":[9007199254740993]}]""",
        """[{"method":"between","attribute":"a","values":[1,2]}] [{"method":"between","attribute":"a","values":[2,1]}]""",
        """[{"method":"equal","attribute":"a\",[1]]","values":[1]}] [{"method":"equal","attribute":"a","values":[1]}]""",
    ];

    [TestCaseSource(nameof(Same))]
    public void Filters_AreEqual_HoweverTheyAreWritten(string pair)
    {
        var (one, other) = Compile(pair);

        Assert.Multiple(() =>
        {
            Assert.That(one.Key, Is.EqualTo(other.Key));
            Assert.That(one, Is.EqualTo(other));
            Assert.That(one.GetHashCode(), Is.EqualTo(other.GetHashCode()));
        });
    }

    [TestCaseSource(nameof(Different))]
    public void Filters_AreNotEqual_WhenTheyMeanOtherThings(string pair)
    {
        var (one, other) = Compile(pair);

        Assert.Multiple(() =>
        {
            Assert.That(one.Key, Is.Not.EqualTo(other.Key));
            Assert.That(one, Is.Not.EqualTo(other));
        });
    }

    [Test]
    public void Events_AreEqual_InAnyOrder()
    {
        var key = Key(["a.*", "b"]);

        Assert.Multiple(() =>
        {
            Assert.That(Key(["b", "a.*", "b"]), Is.EqualTo(key));
            Assert.That(Key(["a.*"]), Is.Not.EqualTo(key));
            Assert.That(Key(["a.*", "B"]), Is.Not.EqualTo(key));
            Assert.That(Key(["b\",\"c"]), Is.Not.EqualTo(Key(["b", "c"])));
            Assert.That(Key(["a.*", "b"], $"[{A}]"), Is.Not.EqualTo(key).And.Not.EqualTo(Key(null, $"[{A}]")));
            Assert.That(Key(["a.*", "b"], "[]"), Is.EqualTo(key));
        });
    }

    [Test]
    public void Key_IsFitForAName() => Assert.That(Key(["a"]), Does.Match("^[A-Za-z0-9_-]{22}$"));

    [Test]
    public void Plain_IsWhatRestrictsNothing()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Interest.Plain.Key, Is.Null);
            Assert.That(Interest.Compile(null, null).OrThrow(), Is.SameAs(Interest.Plain));
            Assert.That(Interest.Compile(null, []).OrThrow(), Is.SameAs(Interest.Plain).And.Not.EqualTo(Interest.Compile(["*"], null).OrThrow()));
        });
    }

    private static string? Key(IReadOnlyList<string>? events, string? filter = null) =>
        Interest.Compile(events, filter is null ? null : Written.Filter(filter)).OrThrow().Key;

    private static (Interest One, Interest Other) Compile(string pair)
    {
        var filters = pair.Split("] [");
        return (Written.Interest(filters[0] + "]"), Written.Interest("[" + filters[1]));
    }
}
