namespace RealtimeGateway.Security;

/// <summary>What was said of tokens.</summary>
/// <param name="At">When it was said, as orders what is said under one key.</param>
/// <param name="UpTo">Of which tokens: those that were issued up to then.</param>
/// <param name="Value">What was said.</param>
internal sealed record TokenRecord<T>(DateTimeOffset At, DateTimeOffset UpTo, T Value)
{
    /// <summary>
    /// What counts of this and one that came after it: what was said later, of all tokens that either meant. Nodes that learn of the
    /// two in different orders agree.
    /// </summary>
    public TokenRecord<T> And(TokenRecord<T> other)
    {
        var (later, earlier) = other.At >= At ? (other, this) : (this, other);
        return earlier.UpTo > later.UpTo ? later with { UpTo = earlier.UpTo } : later;
    }
}
