using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Filters;

/// <summary>
/// What one subscription wants of its channels: the events that fit its patterns and whose data passes its filter. Two are equal
/// when they mean the same in other words. Immutable, and safe for any number of threads.
/// </summary>
internal sealed class Interest : IEquatable<Interest>
{
    private const int KeyBytes = 16;

    private readonly EventPatternSet? _events;
    private readonly Condition? _filter;

    private Interest(EventPatternSet? events, Condition? filter, string? key)
    {
        _events = events;
        _filter = filter;
        Key = key;
    }

    /// <summary>Wants everything.</summary>
    public static Interest Plain { get; } = new(null, null, null);

    /// <summary>
    /// Names it: the same 22 characters (letters, digits, <c>-</c> and <c>_</c>) for all that are equal; null for
    /// <see cref="Plain"/>.
    /// </summary>
    public string? Key { get; }

    /// <summary>Reads what a client wrote, or says what is wrong with it.</summary>
    /// <param name="events">Patterns of events, one or more; null for all events.</param>
    /// <param name="filter">What the data must meet; null or none for all data.</param>
    public static Result<Interest> Compile(IReadOnlyList<string>? events, IReadOnlyList<FilterCondition>? filter)
    {
        EventPatternSet? patterns = null;
        if (events is not null && EventPatternSet.Read(events).IsRefused(out var refusal, out patterns))
        {
            return refusal;
        }

        Condition? condition = null;
        if (filter is { Count: > 0 } && FilterCompiler.Compile(filter).IsRefused(out refusal, out condition))
        {
            return refusal;
        }

        return patterns is null && condition is null ? Plain : new Interest(patterns, condition, KeyOf(patterns, condition));
    }

    /// <summary>Whether it wants this.</summary>
    public bool Matches(Candidate candidate) =>
        _events?.Matches(candidate.Event) is not false && _filter?.Holds(candidate.Data) is not false;

    /// <inheritdoc />
    public bool Equals([NotNullWhen(true)] Interest? other) => other is not null && Key == other.Key;

    /// <inheritdoc />
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as Interest);

    /// <inheritdoc />
    public override int GetHashCode() => Key is null ? 0 : Key.GetHashCode(StringComparison.Ordinal);

    private static string KeyOf(EventPatternSet? events, Condition? filter)
    {
        var canonical = $"[{events?.ToString() ?? "null"},{filter?.ToString() ?? "null"}]";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)).AsSpan(0, KeyBytes));
    }
}
