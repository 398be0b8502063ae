using System.Text.Json;

namespace RealtimeGateway.Filters;

/// <summary>Other conditions, of which all hold (<c>and</c>), any holds (<c>or</c>), or none does (<c>not</c>).</summary>
internal sealed class GroupCondition : Condition
{
    private readonly string _method;
    private readonly Condition[] _conditions;

    /// <param name="method"><c>and</c>, <c>or</c> or <c>not</c>.</param>
    /// <param name="conditions">One or more; neither their order nor repetition changes what they mean.</param>
    public GroupCondition(string method, IEnumerable<Condition> conditions)
    {
        _method = method;
        _conditions =
        [
            .. conditions
                .Select(condition => (Condition: condition, Text: condition.ToString()))
                .DistinctBy(one => one.Text, StringComparer.Ordinal)
                .OrderBy(one => one.Text, StringComparer.Ordinal)
                .Select(one => one.Condition),
        ];
    }

    public override bool Holds(JsonElement data) => _method switch
    {
        FilterMethods.And => !Any(data, holds: false),
        FilterMethods.Or => Any(data, holds: true),
        _ => !Any(data, holds: true),
    };

    public override string ToString() => $"""["{_method}",{string.Join(',', _conditions.AsEnumerable())}]""";

    private bool Any(JsonElement data, bool holds)
    {
        foreach (var condition in _conditions)
        {
            if (condition.Holds(data) == holds)
            {
                return true;
            }
        }

        return false;
    }
}
