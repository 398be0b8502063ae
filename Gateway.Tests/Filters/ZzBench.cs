
using System.Diagnostics;
using RealtimeGateway.Filters;
using FsCheck.Fluent;
namespace RealtimeGateway.Tests.Filters;
[TestFixture]
public sealed class ZzBench
{
    private static void Time(string what, Interest i, Candidate c, int n)
    {
        for (var k = 0; k < n; k++) { i.Matches(c); }
        var s = Stopwatch.StartNew();
        for (var k = 0; k < n; k++) { i.Matches(c); }
        TestContext.Out.WriteLine($"{what}: {s.Elapsed.TotalMicroseconds / n:F3} us");
    }

    [Test]
    public void Bench()
    {
        using var c = Written.Candidate("order.created", """{"id":5,"user":{"name":"ann"},"price":19.99,"tags":["old",7.0],"text":"some \"quoted\" text"}""");
        Time("equal", Written.Interest(Written.One("equal", "[\"ann\"]", "user.name")), c, 200000);
        Time("number long", Written.Interest(Written.One("lessThan", "[20]", "id")), c, 200000);
        Time("number dec", Written.Interest(Written.One("lessThan", "[20.5]", "price")), c, 200000);
        Time("contains esc", Written.Interest(Written.One("contains", "[\"zz\"]", "text")), c, 200000);
        Time("pattern", Interest.Compile(["a.*","order.*"], null).OrThrow(), c, 200000);
        var big = $"{{\"a\":[{string.Join(',', Enumerable.Repeat("0", 16000))}]}}";
        using var c2 = Written.Candidate("e", big);
        var many = $"[{string.Join(',', Enumerable.Range(0, 100).Select(k => $$"""{"method":"not","values":[{"method":"contains","attribute":"a","values":[{{string.Join(',', Enumerable.Range(1, 100).Select(v => v + 0.5 + k))}}]}]}""").Take(50))}]";
        Time("worst array 32KB x 50 conditions x 100 values", Written.Interest(many), c2, 3);
        var longs = new string('a', 32000);
        using var c3 = Written.Candidate("e", $"{{\"a\":\"{longs}\"}}");
        var many2 = $"[{string.Join(',', Enumerable.Range(0, 50).Select(k => $$"""{"method":"not","values":[{"method":"contains","attribute":"a","values":[{{string.Join(',', Enumerable.Range(1, 100).Select(v => $"\"{new string('a', 40)}b{v}-{k}\""))}}]}]}"""))}]";
        Time("worst string 32KB x 50 x 100", Written.Interest(many2), c3, 3);
        var n = 0; var ok = 0; var lim = 0;
        foreach (var f in AnyJson.Filters().Generator.Sample(3000, 30))
        {
            try { var r = Interest.Compile(null, Written.Filter(f.Text)); n++; if (r.Error is null) ok++; else if (r.Error.Code == "limit_exceeded") lim++; } catch (System.Text.Json.JsonException) { }
        }
        TestContext.Out.WriteLine($"read {n} ok {ok} lim {lim}");
        var t = 0; foreach (var (m, d) in FilterModel.Any().Generator.Sample(3000, 30).Zip(FilterModel.Data().Generator.Sample(3000, 30))) { using var cc = Written.Candidate("e", d.Text); if (m.Holds(cc.Data)) t++; }
        TestContext.Out.WriteLine($"model true {t}");
    }
}
