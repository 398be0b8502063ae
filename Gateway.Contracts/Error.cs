namespace RealtimeGateway.Contracts;

/// <summary>A refusal, as it crosses every wire: hub errors, problem details, batch results.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">One sentence fit for strangers: what was refused and what to do.</param>
/// <param name="RetryAfter">Whole seconds after which the same call may succeed; null when waiting does not help.</param>
public sealed record Error(string Code, string Message, int? RetryAfter = null)
{
    /// <summary>The text a hub client gets: <c>code: sentence</c>, or <c>code;retryAfter=2: sentence</c>.</summary>
    public override string ToString() =>
        RetryAfter is { } seconds ? $"{Code};retryAfter={seconds}: {Message}" : $"{Code}: {Message}";
}
