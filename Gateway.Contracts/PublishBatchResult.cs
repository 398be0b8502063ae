namespace RealtimeGateway.Contracts;

/// <summary>The answer of <c>POST /api/publish/batch</c>.</summary>
/// <param name="Results">What became of each publication, in order.</param>
public sealed record PublishBatchResult(IReadOnlyList<PublishBatchEntry> Results);
