using System.Globalization;

namespace RealtimeGateway.Tests.Filters;

/// <summary>What passes each method of a filter.</summary>
[TestFixture]
public sealed class FilterTests
{
    [TestCase("""["x"]""", "\"x\"", true)]
    [TestCase("""["x"]""", "\"X\"", false)]
    [TestCase("""["x"]""", "\"xy\"", false)]
    [TestCase("""["x","y"]""", "\"y\"", true, Description = "Of several values any will do.")]
    [TestCase("""["x","y"]""", "\"z\"", false)]
    [TestCase("""["x",5,true,null]""", "5", true)]
    [TestCase("""["x",5,true,null]""", "true", true)]
    [TestCase("""["x",5,true,null]""", "null", true)]
    [TestCase("""["x",5,true,null]""", "false", false)]
    [TestCase("""["x",5,true,null]""", "6", false)]
    [TestCase("""["5"]""", "5", false, Description = "Other types are never equal.")]
    [TestCase("[5]", "\"5\"", false)]
    [TestCase("[1]", "true", false)]
    [TestCase("[0]", "false", false)]
    [TestCase("[0]", "null", false)]
    [TestCase("""[""]""", "null", false)]
    [TestCase("""["null"]""", "null", false)]
    [TestCase("[false]", "null", false)]
    [TestCase("[true]", "true", true)]
    [TestCase("[false]", "false", true)]
    [TestCase("""["x"]""", """["x"]""", false)]
    [TestCase("""["{}"]""", "{}", false)]
    [TestCase("""[""]""", "\"\"", true)]
    [TestCase("""["é"]""", """ "\u00e9" """, true, Description = "What a string says counts, not how it is written.")]
    [TestCase("""["\u00e9"]""", "\"é\"", true)]
    [TestCase("""["a\"b\\"]""", """ "a\u0022b\u005c" """, true)]
    [TestCase("""["😀"]""", """ "\ud83d\ude00" """, true)]
    [TestCase("""["\\u0061"]""", "\"a\"", false)]
    [TestCase("[18446744073709551617]", "18446744073709551617", true)]
    [TestCase("[18446744073709551617]", "18446744073709551616", false)]
    [TestCase("[0.1]", "0.10", true)]
    [TestCase("[-0]", "0", true)]
    [TestCase("[1e400]", "1e401", false)]
    public void Equal_IsOneOfTheValues_AndNotEqualNone(string values, string value, bool isEqual)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Holds("equal", values, value), Is.EqualTo(isEqual));
            Assert.That(Holds("notEqual", values, value), Is.EqualTo(!isEqual));
        });
    }

    [TestCase("[5]", "4", "<")]
    [TestCase("[5]", "5", "=")]
    [TestCase("[5]", "5.0", "=")]
    [TestCase("[5]", "50e-1", "=")]
    [TestCase("[5]", "6", ">")]
    [TestCase("[5]", "4.999999999999999999999999999999", "<")]
    [TestCase("[5]", "5.000000000000000000000000000001", ">")]
    [TestCase("[5]", "-1e999999999999", "<")]
    [TestCase("[5]", "1e999999999999", ">")]
    [TestCase("""["b"]""", "\"a\"", "<")]
    [TestCase("""["b"]""", "\"b\"", "=")]
    [TestCase("""["b"]""", "\"ba\"", ">")]
    [TestCase("""["b"]""", "\"B\"", "<")]
    [TestCase("""["b"]""", "\"\"", "<")]
    [TestCase("""["b"]""", """ "\u0063" """, ">")]
    [TestCase("""["\uffff"]""", "\"😀\"", "<", Description = "In the order of UTF-16, as in JavaScript.")]
    [TestCase("[5]", "\"4\"", "")]
    [TestCase("[5]", "\"6\"", "")]
    [TestCase("""["b"]""", "1", "")]
    [TestCase("[5]", "null", "")]
    [TestCase("""[""]""", "null", "")]
    [TestCase("[0]", "true", "")]
    [TestCase("[0]", "[1]", "")]
    [TestCase("[0]", "{}", "")]
    public void Order_IsThatOfNumbersAndOfStrings(string values, string value, string order)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Holds("lessThan", values, value), Is.EqualTo(order.Contains('<')));
            Assert.That(Holds("lessThanEqual", values, value), Is.EqualTo(order.Contains('<') || order.Contains('=')));
            Assert.That(Holds("greaterThan", values, value), Is.EqualTo(order.Contains('>')));
            Assert.That(Holds("greaterThanEqual", values, value), Is.EqualTo(order.Contains('>') || order.Contains('=')));
        });
    }

    [TestCase("lessThan", "8", true)]
    [TestCase("lessThan", "9", false)]
    [TestCase("lessThanEqual", "9", true)]
    [TestCase("lessThanEqual", "10", false)]
    [TestCase("greaterThan", "6", true)]
    [TestCase("greaterThan", "5", false)]
    [TestCase("greaterThanEqual", "5", true)]
    [TestCase("greaterThanEqual", "4", false)]
    [TestCase("lessThan", "\"l\"", true)]
    [TestCase("lessThan", "\"m\"", false)]
    [TestCase("greaterThan", "\"c\"", true)]
    [TestCase("greaterThan", "\"b\"", false)]
    public void Order_HoldsForAnyOfSeveralValues_OfItsType(string method, string value, bool holds) =>
        Assert.That(Holds(method, """[9,"m",5,"b"]""", value), Is.EqualTo(holds));

    [TestCase("[1,3]", "1", true)]
    [TestCase("[1,3]", "2.5", true)]
    [TestCase("[1,3]", "3.0", true)]
    [TestCase("[1,3]", "0.999", false)]
    [TestCase("[1,3]", "3.001", false)]
    [TestCase("[3,1]", "2", false, Description = "Nothing is between ends that are the wrong way round.")]
    [TestCase("[2,2]", "2e0", true)]
    [TestCase("""["b","d"]""", "\"c\"", true)]
    [TestCase("""["b","d"]""", "\"b\"", true)]
    [TestCase("""["b","d"]""", "\"da\"", false)]
    [TestCase("[1,3]", "\"2\"", false)]
    [TestCase("[1,3]", "null", false)]
    [TestCase("[-1,1]", "[0]", false)]
    [TestCase("[-1,1]", "false", false)]
    public void Between_IncludesBothEnds(string values, string value, bool holds) =>
        Assert.That(Holds("between", values, value), Is.EqualTo(holds));

    [TestCase("""["ell"]""", "\"hello\"", true)]
    [TestCase("""["x","lo"]""", "\"hello\"", true)]
    [TestCase("""["ELL"]""", "\"hello\"", false)]
    [TestCase("""["hello!"]""", "\"hello\"", false)]
    [TestCase("""[""]""", "\"\"", true)]
    [TestCase("""["\"q"]""", """ "a\"q" """, true)]
    [TestCase("""["n"]""", """ "a\n" """, false, Description = "An escape is what it stands for.")]
    [TestCase("""["é"]""", """ "caf\u00e9" """, true)]
    [TestCase("[5]", "\"5\"", false)]
    [TestCase("[null]", "\"null\"", false)]
    [TestCase("""["a"]""", """["b","a"]""", true)]
    [TestCase("""["a"]""", """["ba"]""", false, Description = "An element is equal or not.")]
    [TestCase("""["a"]""", """[["a"]]""", false)]
    [TestCase("""["a"]""", """[{"a":"a"}]""", false)]
    [TestCase("""["x",2]""", "[1,2.0]", true)]
    [TestCase("[true]", "[false,true]", true)]
    [TestCase("[null]", "[1,null]", true)]
    [TestCase("[null]", "[1]", false)]
    [TestCase("[null]", "[]", false)]
    [TestCase("[null]", "null", false)]
    [TestCase("""["a"]""", "[]", false)]
    [TestCase("""["a"]""", "null", false)]
    [TestCase("""["a"]""", """{"a":"a"}""", false)]
    [TestCase("[5]", "5", false)]
    public void Contains_LooksIntoStringsAndArrays(string values, string value, bool holds) =>
        Assert.That(Holds("contains", values, value), Is.EqualTo(holds));

    [TestCase("""["he"]""", "\"hello\"", true, false)]
    [TestCase("""["lo"]""", "\"hello\"", false, true)]
    [TestCase("""["hello"]""", "\"hello\"", true, true)]
    [TestCase("""["x","he"]""", "\"hello\"", true, false)]
    [TestCase("""["HE","LO"]""", "\"hello\"", false, false)]
    [TestCase("""["hello "]""", "\"hello\"", false, false)]
    [TestCase("""[""]""", "\"hello\"", true, true)]
    [TestCase("""["é"]""", """ "\u00e9t\u00e9" """, true, true)]
    [TestCase("""["a"]""", """["a"]""", false, false)]
    [TestCase("""["1"]""", "1", false, false)]
    [TestCase("""["n"]""", "null", false, false)]
    [TestCase("""["t"]""", "true", false, false)]
    [TestCase("""[""]""", "{}", false, false)]
    public void StartsWithAndEndsWith_LookAtTheEndsOfStrings(string values, string value, bool starts, bool ends)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Holds("startsWith", values, value), Is.EqualTo(starts));
            Assert.That(Holds("endsWith", values, value), Is.EqualTo(ends));
        });
    }

    [TestCase("""{"a":null}""", true)]
    [TestCase("""{"b":1}""", true)]
    [TestCase("{}", true)]
    [TestCase("[]", true)]
    [TestCase("""[{"a":1}]""", true)]
    [TestCase("\"a\"", true)]
    [TestCase("1", true)]
    [TestCase("null", true)]
    [TestCase("""{"A":1}""", true)]
    [TestCase("""{"a":1,"a":null}""", true, Description = "Of two the last counts.")]
    [TestCase("""{"a":null,"a":1}""", false)]
    [TestCase("""{"a":0}""", false)]
    [TestCase("""{"a":""}""", false)]
    [TestCase("""{"a":false}""", false)]
    [TestCase("""{"a":{}}""", false)]
    [TestCase("""{"\u0061":[]}""", false)]
    public void Null_IsWhatIsMissingToo(string data, bool isNull)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Written.Passes("""[{"method":"isNull","attribute":"a"}]""", data), Is.EqualTo(isNull));
            Assert.That(Written.Passes("""[{"method":"isNotNull","attribute":"a","values":[]}]""", data), Is.EqualTo(!isNull));
            Assert.That(Written.Passes(Written.One("equal", "[null]"), data), Is.EqualTo(isNull));
            Assert.That(Written.Passes(Written.One("notEqual", "[null]"), data), Is.EqualTo(!isNull));
        });
    }

    [TestCase("equal", """["x"]""", false)]
    [TestCase("notEqual", """["x"]""", true)]
    [TestCase("lessThan", "[1]", false)]
    [TestCase("lessThanEqual", "[1]", false)]
    [TestCase("greaterThan", "[-1]", false)]
    [TestCase("greaterThanEqual", "[-1]", false)]
    [TestCase("between", "[-1,1]", false)]
    [TestCase("contains", "[null]", false)]
    [TestCase("startsWith", """[""]""", false)]
    [TestCase("endsWith", """[""]""", false)]
    public void Missing_IsNull_ForEveryMethod(string method, string values, bool holds) =>
        Assert.That(Written.Passes(Written.One(method, values), "{}"), Is.EqualTo(holds).And.EqualTo(Holds(method, values, "null")));

    [TestCase("user.name", """{"user":{"name":"ann"}}""", true)]
    [TestCase("user.name", """{"user":{"name":"bob"}}""", false)]
    [TestCase("user.name", """{"user.name":"ann"}""", false)]
    [TestCase("user.name", """{"user":"ann"}""", false)]
    [TestCase("user.name", """{"user":null}""", false)]
    [TestCase("user.name", """{"user":[{"name":"ann"}]}""", false)]
    [TestCase("user.0", """{"user":["ann"]}""", false, Description = "Arrays are not looked into.")]
    [TestCase("user.length", """{"user":"abc"}""", false)]
    [TestCase("user.name", """{"user":{"name":"bob"},"user":{"name":"ann"}}""", true)]
    [TestCase("a b.é", """{"a b":{"\u00e9":"ann"}}""", true)]
    [TestCase("a.b.c.d.e", """{"a":{"b":{"c":{"d":{"e":"ann"}}}}}""", true)]
    public void Attribute_IsFoundInNestedObjects(string attribute, string data, bool holds) =>
        Assert.That(Written.Passes(Written.One("equal", """["ann"]""", attribute), data), Is.EqualTo(holds));

    [TestCase("and", 1, 1, true)]
    [TestCase("and", 1, 0, false)]
    [TestCase("and", 0, 0, false)]
    [TestCase("or", 1, 1, true)]
    [TestCase("or", 0, 1, true)]
    [TestCase("or", 0, 0, false)]
    [TestCase("not", 1, 1, false)]
    [TestCase("not", 1, 0, false)]
    [TestCase("not", 0, 0, true)]
    public void Group_IsAllOrAnyOrNone(string method, int first, int second, bool holds)
    {
        var filter =
            $$"""
            [{"method":"{{method}}","values":[
              {"method":"equal","attribute":"a","values":[1]},
              {"method":"or","values":[{"method":"equal","attribute":"b","values":[1]}]}]}]
            """;

        Assert.That(Written.Passes(filter, string.Create(CultureInfo.InvariantCulture, $$"""{"a":{{first}},"b":{{second}}}""")), Is.EqualTo(holds));
    }

    [TestCase("""{"a":1,"b":2}""", true)]
    [TestCase("""{"a":1,"b":3}""", false)]
    [TestCase("""{"a":2,"b":2}""", false)]
    public void Filter_Holds_WhenAllItsConditionsDo(string data, bool holds) => Assert.That(
        Written.Passes("""[{"method":"equal","attribute":"a","values":[1]},{"method":"equal","attribute":"b","values":[2]}]""", data),
        Is.EqualTo(holds));

    [Test]
    public void Data_MayNestAsDeepAsJsonDoes()
    {
        var path = string.Join('.', Enumerable.Repeat("a", 32));
        var data = $"{string.Concat(Enumerable.Repeat("{\"a\":", 32))}{new string('[', 32)}{new string(']', 32)}{new string('}', 32)}";

        Assert.That(Written.Passes($$"""[{"method":"isNotNull","attribute":"{{path}}"}]""", data), Is.True);
    }

    [Test]
    public void Matching_AllocatesNothing()
    {
        var interest = RealtimeGateway.Filters.Interest.Compile(
            ["order.*"],
            Written.Filter(
                """
                [
                  {"method":"equal","attribute":"user.name","values":["bob","ann"]},
                  {"method":"between","attribute":"price","values":[1,20.5]},
                  {"method":"contains","attribute":"tags","values":["new",7]},
                  {"method":"not","values":[{"method":"startsWith","attribute":"text","values":["x","y"]}]},
                  {"method":"greaterThan","attribute":"text","values":["a"]},
                  {"method":"contains","attribute":"text","values":["\"quoted\""]},
                  {"method":"isNull","attribute":"user.left"}
                ]
                """)).OrThrow();
        using var candidate = Written.Candidate(
            "order.created",
            """{"user":{"name":"ann"},"price":19.99,"tags":["old",7.0],"text":"some \"quoted\" text"}""");
        Assert.That(interest.Matches(candidate), Is.True);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            interest.Matches(candidate);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static bool Holds(string method, string values, string value) =>
        Written.Passes(Written.One(method, values), $$"""{"a":{{value}}}""");
}
