using System.Text.Json;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Filters;

/// <summary>Patterns, one of which an event has to fit.</summary>
internal sealed class EventPatternSet
{
    /// <summary>How many patterns one subscription names at most.</summary>
    public const int MaxPatterns = 100;

    private readonly EventPattern[] _patterns;

    private EventPatternSet(EventPattern[] patterns) => _patterns = patterns;

    /// <summary>Reads the patterns, or says what is wrong with them.</summary>
    public static Result<EventPatternSet> Read(IReadOnlyList<string> events)
    {
        if (events.Count == 0)
        {
            return new Error(ErrorCodes.InvalidRequest, "The events are one pattern or more; leave events out for all of them.");
        }

        if (events.Count > MaxPatterns)
        {
            return new Error(ErrorCodes.LimitExceeded, $"A subscription names {MaxPatterns} event patterns at most.");
        }

        // Neither order nor repetition changes what they mean.
        var patterns = new SortedDictionary<string, EventPattern>(StringComparer.Ordinal);
        foreach (var text in events)
        {
            if (EventPattern.Parse(text).IsRefused(out var refusal, out var pattern))
            {
                return refusal;
            }

            patterns[text] = pattern;
        }

        return new EventPatternSet([.. patterns.Values]);
    }

    /// <summary>Whether an event's name fits one of them.</summary>
    public bool Matches(string name)
    {
        foreach (var pattern in _patterns)
        {
            if (pattern.Matches(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The canonical text, in JSON: equal sets have the same.</summary>
    public override string ToString() => JsonSerializer.Serialize(_patterns.Select(pattern => pattern.ToString()));
}
