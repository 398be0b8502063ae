using Microsoft.AspNetCore.Http.Features;

namespace RealtimeGateway.Edges.Rest;

/// <summary>
/// A channel's name or a user's id in a path, <c>/api/channels/{channel}/…</c>, decoded exactly once. Routing leaves <c>%2F</c> as it is and
/// decodes the rest, after which <c>a%2Fb</c> and <c>a%252Fb</c> look the same; the request's own line still tells them apart.
/// </summary>
internal static class PathSegment
{
    /// <summary>The name in this request's path.</summary>
    /// <param name="context">The request.</param>
    /// <param name="following">How many segments stand behind it.</param>
    public static string Of(HttpContext context, int following)
    {
        var path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = path.IndexOf('?', StringComparison.Ordinal);
        path = query < 0 ? path : path[..query];
        var segments = path.TrimEnd('/').Split('/');
        return Uri.UnescapeDataString(segments[^(following + 1)]);
    }
}
