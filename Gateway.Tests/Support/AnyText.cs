using FsCheck;
using FsCheck.Fluent;

namespace RealtimeGateway.Tests.Support;

/// <summary>A text that somebody may try as an id: with all that could make it look like another role.</summary>
/// <param name="Value">The text; it may be empty.</param>
public sealed record IdText(string Value);

/// <summary>A name that a channel may have.</summary>
/// <param name="Value">The name.</param>
public sealed record ChannelText(string Value);

/// <summary>Makes both out of few pieces, so that two of them often have much in common.</summary>
public static class AnyText
{
    private static readonly string[] IdPieces =
    [
        "a", "A", "b", "/", ":", "{", "}", "*", "$", ".", " ", "é", "😀", "\ud800", "\u0000", "\n", "\u0085",
        "any", "users", "user:", "team:", "/owner", "/verified", "key:", new('x', 250),
    ];

    private static readonly string[] ChannelPieces = ["a", "A", "b", "c", "/", ":", ".", "-", "$", "team", "chat", "owner", "~", "!"];

    public static Arbitrary<IdText> Ids() =>
        Gen.Elements(IdPieces).ListOf().Select(pieces => new IdText(string.Concat(pieces))).ToArbitrary();

    public static Arbitrary<ChannelText> Channels() =>
        Gen.Elements(ChannelPieces).ListOf()
            .Select(pieces => string.Concat(pieces))
            .Where(Contracts.ChannelName.IsValid)
            .Select(name => new ChannelText(name))
            .ToArbitrary();
}
