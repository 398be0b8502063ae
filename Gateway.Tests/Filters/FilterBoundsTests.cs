using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Filters;

/// <summary>What is refused, by which code, and that what is just within a bound is not.</summary>
[TestFixture]
public sealed class FilterBoundsTests
{
    private const string IsNull = """{"method":"isNull","attribute":"a"}""";

    [Test]
    public void Conditions_AreBounded()
    {
        var hundred = Written.ListOf(IsNull, FilterCompiler.MaxConditions);
        var more = Written.ListOf(IsNull, FilterCompiler.MaxConditions + 1);

        AssertBound(hundred, more);
    }

    [Test]
    public void Conditions_AreCounted_ThroughAllNesting()
    {
        // Two groups and what is in them.
        var nested = Written.ListOf(IsNull, 49);
        var hundred = $$"""[{"method":"and","values":{{nested}}},{"method":"or","values":[{"method":"not","values":{{Written.ListOf(IsNull, 48)}}}]}]""";
        var more = $$"""[{{IsNull}},{"method":"and","values":{{nested}}},{"method":"or","values":[{"method":"not","values":{{Written.ListOf(IsNull, 48)}}}]}]""";

        AssertBound(hundred, more);
    }

    [Test]
    public void Groups_NestOnlySoDeep() => AssertBound($"[{Nested(FilterCompiler.MaxDepth)}]", $"[{Nested(FilterCompiler.MaxDepth + 1)}]");

    [Test]
    public void Values_AreBounded() => AssertBound(
        Written.One("equal", Written.Numbers(FilterCompiler.MaxValues)),
        Written.One("equal", Written.Numbers(FilterCompiler.MaxValues + 1)));

    [TestCase(0, true)]
    [TestCase(Comparison.MaxTextBytes - 1, true)]
    [TestCase(Comparison.MaxTextBytes, false)]
    public void Contains_LooksAtSoMuchOfAText(int index, bool holds) =>
        Assert.That(Written.Passes(Written.One("contains", """["!"]"""), $$"""{"a":"{{new string('x', index)}}!"}"""), Is.EqualTo(holds));

    [Test]
    public void Values_AreCounted_OverAllConditions()
    {
        var half = $$"""{"method":"equal","attribute":"a","values":{{Written.Numbers(FilterCompiler.MaxValues / 2)}}}""";
        var one = """{"method":"equal","attribute":"b","values":[1]}""";
        AssertBound($"[{half},{half}]", $"[{half},{half},{one}]");
    }

    [TestCase(0, true)]
    [TestCase(Comparison.MaxElements - 1, true)]
    [TestCase(Comparison.MaxElements, false)]
    public void Contains_LooksAtSoManyElements(int index, bool holds)
    {
        var filter = Written.One("contains", $"[{index}]");
        Assert.That(Written.Passes(filter, $$"""{"a":{{Written.Numbers(2 * Comparison.MaxElements)}}}"""), Is.EqualTo(holds));
    }

    [Test]
    public void Strings_AreBounded() => AssertBound(
        Written.One("equal", $"""["{new string('é', ScalarReader.MaxStringLength)}"]"""),
        Written.One("equal", $"""["{new string('é', ScalarReader.MaxStringLength + 1)}"]"""));

    [Test]
    public void Numbers_AreBounded() => AssertBound(
        Written.One("equal", $"[{new string('9', ScalarReader.MaxNumberLength)}]"),
        Written.One("equal", $"[{new string('9', ScalarReader.MaxNumberLength + 1)}]"));

    [Test]
    public void Ranges_AreBoundedByTheirEnds() => AssertBound(
        Written.One("between", $"[1,{new string('9', ScalarReader.MaxNumberLength)}]"),
        Written.One("between", $"[1,{new string('9', ScalarReader.MaxNumberLength + 1)}]"));

    [Test]
    public void Events_AreBounded()
    {
        Assert.That(Interest.Compile([.. Enumerable.Repeat("a", EventPatternSet.MaxPatterns)], null).Error, Is.Null);
        Assert.That(
            Interest.Compile([.. Enumerable.Repeat("a", EventPatternSet.MaxPatterns + 1)], null).Error?.Code,
            Is.EqualTo(ErrorCodes.LimitExceeded));
    }

    [Test]
    public void Events_AreRefused_WhenThereAreNone() =>
        Assert.That(Interest.Compile([], null).Error?.ToString(), Does.StartWith("invalid_request").And.Contains("leave events out for all of them"));

    [Test]
    public void Attributes_HaveBounds_AndNoEmptyNames()
    {
        var deepest = string.Join('.', Enumerable.Repeat("a", AttributePath.MaxDepth));
        string[] good = ["a", "a.b", "a b", "é", new('a', AttributePath.MaxLength), deepest];
        string[] bad = ["", ".", "a.", ".a", "a..b", new('a', AttributePath.MaxLength + 1), deepest + ".a"];

        Assert.Multiple(() =>
        {
            foreach (var attribute in good)
            {
                Assert.That(Refusal(Written.One("equal", "[1]", attribute)), Is.Null);
            }

            foreach (var attribute in bad)
            {
                Assert.That(Refusal(Written.One("equal", "[1]", attribute))?.Code, Is.EqualTo(ErrorCodes.InvalidRequest), attribute);
            }
        });
    }

    [TestCase("equal", "[]", "'equal' takes one value or more: strings, numbers, true, false and null.")]
    [TestCase("equal", "null", "'equal' takes one value or more")]
    [TestCase("equal", "[1,[2]]", "'equal' takes one value or more")]
    [TestCase("notEqual", "[{}]", "'notEqual' takes one value or more")]
    [TestCase("contains", "[[]]", "'contains' takes one value or more: strings, numbers, true, false and null.")]
    [TestCase("lessThan", "[]", "'lessThan' takes one value or more: numbers and strings.")]
    [TestCase("lessThan", "[null]", "'lessThan' takes")]
    [TestCase("lessThanEqual", "[true]", "'lessThanEqual' takes")]
    [TestCase("greaterThan", "[1,null]", "'greaterThan' takes")]
    [TestCase("greaterThanEqual", "[false]", "'greaterThanEqual' takes")]
    [TestCase("startsWith", "[1]", "'startsWith' takes one value or more: strings.")]
    [TestCase("startsWith", "[]", "'startsWith' takes")]
    [TestCase("endsWith", "[null]", "'endsWith' takes")]
    [TestCase("between", "[]", "'between' takes two values, the lower one first: both numbers or both strings.")]
    [TestCase("between", "[1]", "'between' takes two values")]
    [TestCase("between", "[1,2,3]", "'between' takes two values")]
    [TestCase("between", """[1,"2"]""", "'between' takes two values")]
    [TestCase("between", "[true,true]", "'between' takes two values")]
    [TestCase("between", "[null,null]", "'between' takes two values")]
    [TestCase("isNull", "[null]", "'isNull' takes no values.")]
    [TestCase("isNotNull", "[1]", "'isNotNull' takes no values.")]
    [TestCase("equal", """["\ud800"]""", "A string of a filter is not valid UTF-8, or holds half of a surrogate pair.")]
    [TestCase("startsWith", """["a\udc00"]""", "A string of a filter is not valid UTF-8")]
    [TestCase("between", """["a","\ud800"]""", "A string of a filter is not valid UTF-8")]
    public void Values_AreRefused_WhenTheMethodTakesOthers(string method, string values, string sentence) =>
        AssertInvalid(Written.One(method, values), sentence);

    [TestCase("""[{"method":"equal","values":[1]}]""", "'equal' needs an attribute")]
    [TestCase("""[{"method":"between","values":[1,2]}]""", "'between' needs an attribute")]
    [TestCase("""[{"method":"isNull"}]""", "'isNull' needs an attribute")]
    [TestCase("""[{"method":"and"}]""", "'and' takes no attribute, and one condition or more as values.")]
    [TestCase("""[{"method":"or","values":[]}]""", "'or' takes no attribute")]
    [TestCase("""[{"method":"not","values":[1]}]""", "'not' takes no attribute")]
    [TestCase("""[{"method":"not","values":[null]}]""", "'not' takes no attribute")]
    [TestCase("""[{"method":"not","attribute":"a","values":[{"method":"isNull","attribute":"a"}]}]""", "'not' takes no attribute")]
    [TestCase("""[{"method":"not","values":[{}]}]""", "A filter is a list of conditions { method, attribute?, values? }")]
    [TestCase("""[{"method":"not","values":[{"method":"and","values":[{"method":5}]}]}]""", "A filter is a list of conditions")]
    [TestCase("""[{"method":"not","values":[{"method":"equal","attribute":"\ud800","values":[1]}]}]""", "A filter is a list of conditions")]
    [TestCase("""[{"method":"not","values":[{"method":"like","attribute":"a"}]}]""", "A filter has no method 'like'")]
    public void Conditions_AreRefused_WhenTheirPartsDoNotFit(string filter, string sentence) => AssertInvalid(filter, sentence);

    [TestCase("like", "'like'")]
    [TestCase("Equal", "'Equal'")]
    [TestCase("", "of this name")]
    [TestCase("equal ", "of this name")]
    [TestCase("é", "of this name")]
    [TestCase("a-very-long-name-that-nobody-would-want-to-read-again-in-an-error", "of this name")]
    public void Methods_AreListed_WhenThereIsNoSuch(string method, string name) => AssertInvalid(
        Written.One(method, "[1]"),
        $"A filter has no method {name}; there are equal, notEqual, lessThan, lessThanEqual, greaterThan, greaterThanEqual, between, " +
        "isNull, isNotNull, contains, startsWith, endsWith, and, or, not.");

    [Test]
    public void Conditions_AreRefused_WhenTheyHoldWhatIsNoJson()
    {
        FilterCondition[] odd =
        [
            new() { Method = null! },
            new() { Method = "equal", Attribute = "a", Values = [default] },
            new() { Method = "and", Values = [default] },
            new() { Method = "between", Attribute = "a", Values = [default, default] },
        ];

        Assert.That(odd.Select(condition => Interest.Compile(null, [condition]).Error?.Code), Is.All.EqualTo(ErrorCodes.InvalidRequest));
    }

    private static string Nested(int depth) => depth == 0 ? IsNull : $$"""{"method":"not","values":[{{Nested(depth - 1)}}]}""";

    private static Error? Refusal(string filter) => Interest.Compile(null, Written.Filter(filter)).Error;

    private static void AssertInvalid(string filter, string sentence)
    {
        var error = Refusal(filter);
        Assert.That(error?.Code, Is.EqualTo(ErrorCodes.InvalidRequest));
        Assert.That(error!.Message, Does.StartWith(sentence).And.EndsWith("."));
    }

    private static void AssertBound(string just, string more)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Refusal(just), Is.Null);
            Assert.That(Refusal(more)?.Code, Is.EqualTo(ErrorCodes.LimitExceeded));
        });
    }
}
