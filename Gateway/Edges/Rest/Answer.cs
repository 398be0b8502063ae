using System.Text.Json;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Edges.Rest;

/// <summary>What a request is answered with. It is written as the contract says, whatever a host set for its own JSON.</summary>
internal static class Answer
{
    public static IResult Of<T>(Result<T> result) => result.IsRefused(out var error, out var value) ? Problem.Of(error) : Of(value);

    /// <param name="result">What it is answered with.</param>
    /// <param name="status">The status that says what was answered.</param>
    public static IResult Of<T>(Result<T> result, Func<T, int> status) =>
        result.IsRefused(out var error, out var value) ? Problem.Of(error) : Results.Json(value, JsonSerializerOptions.Web, statusCode: status(value));

    public static IResult Of<T>(T value) => Results.Json(value, JsonSerializerOptions.Web);
}
