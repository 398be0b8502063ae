using System.Globalization;
using System.Net;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Transport;

/// <summary>
/// What an HTTP status says of a connection that was refused. The gateway's problem details say more, but a refused WebSocket
/// gives no body to read.
/// </summary>
internal static class HttpRefusal
{
    /// <summary>The refusal; null where the status is none of the gateway's.</summary>
    public static Error? Find(HttpStatusCode status, IReadOnlyDictionary<string, IEnumerable<string>>? headers) => status switch
    {
        HttpStatusCode.Unauthorized => new Error(
            ErrorCodes.Unauthenticated,
            "The gateway refused the connection (401): its token or API key is missing, wrong or expired."),
        HttpStatusCode.Forbidden => new Error(
            ErrorCodes.PermissionDenied,
            "The gateway refused the connection (403): it is not allowed from here."),
        HttpStatusCode.TooManyRequests => new Error(
            ErrorCodes.RateLimited,
            "The gateway refused the connection (429): it was asked too often.",
            RetryAfter(headers)),
        HttpStatusCode.ServiceUnavailable => new Error(
            ErrorCodes.Unavailable,
            "The gateway refused the connection (503): it is switched off, stopping, or cannot check credentials now.",
            RetryAfter(headers)),
        _ => null,
    };

    private static int? RetryAfter(IReadOnlyDictionary<string, IEnumerable<string>>? headers)
    {
        IEnumerable<string>? values = null;
        headers?.TryGetValue("Retry-After", out values);
        return int.TryParse(values?.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
    }
}
