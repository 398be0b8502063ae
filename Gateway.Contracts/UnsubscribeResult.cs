namespace RealtimeGateway.Contracts;

/// <summary>The answer of <c>Unsubscribe</c>.</summary>
/// <param name="Removed">Whether anything was there to remove.</param>
public sealed record UnsubscribeResult(bool Removed);
