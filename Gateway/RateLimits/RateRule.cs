namespace RealtimeGateway.RateLimits;

/// <summary>How often something may be done: so many at once, and as many again spread evenly over each window.</summary>
/// <param name="Permits">How many.</param>
/// <param name="Window">In how long.</param>
/// <param name="Message">What whoever exceeds it is told; null for a sentence that says the rule.</param>
internal sealed record RateRule(int Permits, TimeSpan Window, string? Message = null);
