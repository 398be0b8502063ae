using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Filters;

/// <summary>What holds of all filters and all data.</summary>
[TestFixture]
public sealed class AnyFilterTests
{
    [FsCheck.NUnit.Property(Arbitrary = [typeof(FilterModel)], MaxTest = 2_000)]
    public void Filter_HoldsAsTheModelSays_AndIsEqualHoweverItIsWritten(FilterModel model, DataText data, int seed)
    {
        var group = (FilterModel.Group)model;
        var random = new Random(seed);
        Interest[] interests = [.. Enumerable.Range(0, 3).Select(_ => Written.Interest(group.WriteList(random)))];
        using var candidate = Written.Candidate("event", data.Text);

        Assert.Multiple(() =>
        {
            Assert.That(interests.Select(interest => interest.Key).Distinct().Count(), Is.EqualTo(1));
            Assert.That(interests.Select(interest => interest.Matches(candidate)), Is.All.EqualTo(model.Holds(candidate.Data)));
        });
    }

    [FsCheck.NUnit.Property(Arbitrary = [typeof(AnyJson)], MaxTest = 5_000)]
    public void Filter_IsTakenOrRefused_AndThenAsksWithoutFault(FilterText filter, DataText data)
    {
        if (Read(filter.Text) is not { } conditions)
        {
            return;
        }

        if (Interest.Compile(null, conditions).IsRefused(out var refusal, out var interest))
        {
            Assert.That(refusal.Code, Is.EqualTo(ErrorCodes.InvalidRequest).Or.EqualTo(ErrorCodes.LimitExceeded));
            Assert.That(refusal.Message, Does.EndWith("."));
            return;
        }

        using var candidate = Written.Candidate("event", data.Text);
        Assert.That(() => interest.Matches(candidate), Throws.Nothing);
    }

    // Null where the shape of a condition is refused before there is a filter.
    private static IReadOnlyList<FilterCondition>? Read(string json)
    {
        try
        {
            return Written.Filter(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
