namespace RealtimeGateway.Tests.EndToEnd;

/// <summary>What was done, so that one can see that it was enough.</summary>
internal sealed class DisorderTally
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Add(string action)
    {
        lock (_lock)
        {
            _counts[action] = Of(action) + 1;
        }
    }

    public int Of(string action) => _counts.GetValueOrDefault(action);

    public override string ToString() => string.Join(", ", _counts.Select(entry => $"{entry.Value} {entry.Key}"));
}
