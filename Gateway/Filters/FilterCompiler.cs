using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Filters;

/// <summary>Makes one filter, as a client wrote it, into the condition that it means. The first mistake ends it.</summary>
internal sealed class FilterCompiler
{
    /// <summary>How many conditions one filter has at most, nested ones included.</summary>
    public const int MaxConditions = 100;

    /// <summary>How deep <c>and</c>, <c>or</c> and <c>not</c> may nest.</summary>
    public const int MaxDepth = 8;

    /// <summary>How many values all conditions of a filter have together at most.</summary>
    public const int MaxValues = 100;

    private int _conditions;
    private int _values;

    private FilterCompiler()
    {
    }

    /// <summary>The condition that all of these hold, or what is wrong with one of them.</summary>
    /// <param name="filter">One condition or more.</param>
    public static Result<Condition> Compile(IReadOnlyList<FilterCondition> filter) =>
        new FilterCompiler().CompileAll(FilterMethods.And, filter, depth: 0);

    private Result<Condition> CompileAll(string method, IEnumerable<FilterCondition> conditions, int depth)
    {
        var compiled = new List<Condition>();
        foreach (var condition in conditions)
        {
            if (Compile(condition, depth).IsRefused(out var refusal, out var one))
            {
                return refusal;
            }

            compiled.Add(one);
        }

        return new GroupCondition(method, compiled);
    }

    /// <param name="condition">The condition.</param>
    /// <param name="depth">How many groups it is in; the filter itself is none.</param>
    private Result<Condition> Compile(FilterCondition condition, int depth)
    {
        if (++_conditions > MaxConditions)
        {
            return Limit($"A filter has {MaxConditions} conditions at most, nested ones included.");
        }

        if (!FilterMethods.All.Contains(condition.Method))
        {
            return Unknown(condition.Method);
        }

        if (condition.Method is FilterMethods.And or FilterMethods.Or or FilterMethods.Not)
        {
            return CompileGroup(condition, depth);
        }

        _values += condition.Values.Count;
        if (_values > MaxValues)
        {
            return Limit($"A filter has {MaxValues} values at most, those of all its conditions together.");
        }

        if (!AttributePath.TryParse(condition.Attribute, out var path))
        {
            return Invalid(
                $"'{condition.Method}' needs an attribute: names with dots between them, such as user.name, " +
                $"of {AttributePath.MaxLength} characters and {AttributePath.MaxDepth} names at most.");
        }

        return condition.Method switch
        {
            FilterMethods.Between => CompileRange(path, condition.Values),
            FilterMethods.IsNull => CompileNull(path, FilterMethods.Equal, condition),
            FilterMethods.IsNotNull => CompileNull(path, FilterMethods.NotEqual, condition),
            _ => CompileComparison(path, condition.Method, condition.Values),
        };
    }

    private Result<Condition> CompileGroup(FilterCondition group, int depth)
    {
        if (depth == MaxDepth)
        {
            return Limit($"The conditions of a filter nest {MaxDepth} deep at most.");
        }

        if (group.Attribute is not null || group.Values.Count == 0 || group.Values.Any(value => value.ValueKind != JsonValueKind.Object))
        {
            return Invalid($"'{group.Method}' takes no attribute, and one condition or more as values.");
        }

        try
        {
            var conditions = group.Values.Select(value => value.Deserialize<FilterCondition>(JsonSerializerOptions.Web)!);
            return CompileAll(group.Method, conditions, depth + 1);
        }
        catch (ShapeException wrong)
        {
            return Invalid(wrong.Message);
        }
    }

    // A range is all between two ends, which makes it equal to the filter that names both.
    private static Result<Condition> CompileRange(AttributePath path, IReadOnlyList<JsonElement> values)
    {
        if (values is not [var low, var high] || low.ValueKind != high.ValueKind || !ValueTypes.Ordered.Kinds.Contains(low.ValueKind))
        {
            return Invalid($"'{FilterMethods.Between}' takes two values, the lower one first: both numbers or both strings.");
        }

        return CompileComparison(path, FilterMethods.GreaterThanEqual, [low]).IsRefused(out var refusal, out var above)
            || CompileComparison(path, FilterMethods.LessThanEqual, [high]).IsRefused(out refusal, out var below)
            ? refusal
            : new GroupCondition(FilterMethods.And, [above, below]);
    }

    // Shorter words for being equal to null and not.
    private static Result<Condition> CompileNull(AttributePath path, string method, FilterCondition condition) => condition.Values.Count > 0
        ? Invalid($"'{condition.Method}' takes no values.")
        : new AttributeCondition(path, Comparison.Of(method), ScalarSet.Null);

    private static Result<Condition> CompileComparison(AttributePath path, string method, IReadOnlyList<JsonElement> values)
    {
        var comparison = Comparison.Of(method);
        return ScalarReader.Read(method, comparison.Types, values).IsRefused(out var refusal, out var set)
            ? refusal
            : new AttributeCondition(path, comparison, set);
    }

    private static Error Unknown(string method)
    {
        var name = Printable.IsWord(method, maxLength: 64) ? $"'{method}'" : "of this name";
        return Invalid($"A filter has no method {name}; there are {string.Join(", ", FilterMethods.All)}.");
    }

    private static Error Invalid(string sentence) => new(ErrorCodes.InvalidRequest, sentence);

    private static Error Limit(string sentence) => new(ErrorCodes.LimitExceeded, sentence);
}
