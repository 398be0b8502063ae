namespace RealtimeGateway.Contracts;

/// <summary>The codes an <see cref="Error"/> can have. They are part of the wire contract: none is renamed or reused.</summary>
public static class ErrorCodes
{
    /// <summary>The call itself is wrong: unknown method, bad argument, malformed body.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>The channel's name breaks the rules of <see cref="ChannelName"/>.</summary>
    public const string InvalidChannel = "invalid_channel";

    /// <summary>A credential is needed, or the one given is wrong.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>The token was good and has expired.</summary>
    public const string TokenExpired = "token_expired";

    /// <summary>The caller may not do this. Also said of what does not exist.</summary>
    public const string PermissionDenied = "permission_denied";

    /// <summary>Too often; <see cref="Error.RetryAfter"/> says when to come back.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>A bound on a number of things was reached.</summary>
    public const string LimitExceeded = "limit_exceeded";

    /// <summary>A message is larger than the gateway takes.</summary>
    public const string PayloadTooLarge = "payload_too_large";

    /// <summary>The channel keeps no history.</summary>
    public const string HistoryDisabled = "history_disabled";

    /// <summary>The same idempotency key was used with another body.</summary>
    public const string Conflict = "conflict";

    /// <summary>The operator has switched this off.</summary>
    public const string Disabled = "disabled";

    /// <summary>Something that the gateway depends on does not answer now.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The gateway failed; its log says how.</summary>
    public const string Internal = "internal";
}
