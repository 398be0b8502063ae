using FsCheck;
using FsCheck.Fluent;

namespace RealtimeGateway.Tests.Filters;

/// <summary>A name that an event may have.</summary>
/// <param name="Value">The name.</param>
public sealed record EventText(string Value);

/// <summary>Makes names of few pieces, so that two of them often have much in common.</summary>
public static class AnyEvent
{
    public static Arbitrary<EventText> Events() =>
        Gen.Elements("a", "A", "b", ".", ".", "user:").NonEmptyListOf()
            .Select(pieces => string.Concat(pieces))
            .Where(name => name.Length <= 255)
            .Select(name => new EventText(name))
            .ToArbitrary();
}
