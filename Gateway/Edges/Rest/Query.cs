using System.Globalization;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.Rest;

/// <summary>Reads what a query says. A parameter that is there twice is none.</summary>
internal static class Query
{
    /// <summary>A number; what it is when the query does not say.</summary>
    public static Result<int> Number(string name, string? text, int absent) =>
        text is null ? absent
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : new Error(ErrorCodes.InvalidRequest, $"The {name} is not a whole number.");

    /// <summary>Whether something is so; false when the query does not say.</summary>
    public static Result<bool> Flag(string name, string? text) => text switch
    {
        null or "false" => false,
        "" or "true" => true,
        _ => new Error(ErrorCodes.InvalidRequest, $"'{name}' is true or false."),
    };

    /// <summary>A position, in one parameter (<c>epoch:offset</c>) or in two; null when the query has none.</summary>
    public static Result<Position?> Since(string? both, string? epoch, string? offset)
    {
        if (both is not null && epoch is null && offset is null)
        {
            var colon = both.LastIndexOf(':');
            (epoch, offset) = colon < 0 ? (null, null) : (both[..colon], both[(colon + 1)..]);
        }
        else if (both is null && epoch is null && offset is null)
        {
            return (Position?)null;
        }
        else if (both is not null)
        {
            epoch = null;
        }

        return epoch is { Length: > 0 } && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 1L << 53
            ? new Position(epoch, number)
            : new Error(ErrorCodes.InvalidRequest, "A position is since=EPOCH:OFFSET, or sinceEpoch and sinceOffset.");
    }
}
