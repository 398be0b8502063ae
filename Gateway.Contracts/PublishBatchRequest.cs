namespace RealtimeGateway.Contracts;

/// <summary>The body of <c>POST /api/publish/batch</c>.</summary>
/// <param name="Publications">1 to <see cref="MaxPublications"/> publications, done one after another in this order.</param>
public sealed record PublishBatchRequest(IReadOnlyList<PublishRequest>? Publications)
{
    /// <summary>How many publications a batch has at most; a larger one is refused whole.</summary>
    public const int MaxPublications = 1_000;
}
