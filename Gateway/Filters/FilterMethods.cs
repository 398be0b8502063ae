namespace RealtimeGateway.Filters;

/// <summary>The names that a condition's method can have.</summary>
internal static class FilterMethods
{
    public const string Equal = "equal";
    public const string NotEqual = "notEqual";
    public const string LessThan = "lessThan";
    public const string LessThanEqual = "lessThanEqual";
    public const string GreaterThan = "greaterThan";
    public const string GreaterThanEqual = "greaterThanEqual";
    public const string Between = "between";
    public const string IsNull = "isNull";
    public const string IsNotNull = "isNotNull";
    public const string Contains = "contains";
    public const string StartsWith = "startsWith";
    public const string EndsWith = "endsWith";
    public const string And = "and";
    public const string Or = "or";
    public const string Not = "not";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Equal, NotEqual, LessThan, LessThanEqual, GreaterThan, GreaterThanEqual, Between, IsNull, IsNotNull,
        Contains, StartsWith, EndsWith, And, Or, Not,
    ];
}
