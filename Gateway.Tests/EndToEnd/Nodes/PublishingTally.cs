namespace RealtimeGateway.Tests.EndToEnd.Nodes;

/// <summary>What publishers were answered, call by call.</summary>
internal sealed class PublishingTally
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, int> _codes = new(StringComparer.Ordinal);

    /// <summary>Calls that were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Calls that were not answered.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Calls under the id of one whose outcome was unknown.</summary>
    public int Repeated { get; private set; }

    /// <summary>How long the refusal with <c>unavailable</c> took that took longest.</summary>
    public TimeSpan SlowestRefusal { get; private set; }

    /// <summary>Calls that were refused, by the code.</summary>
    public int Of(string code)
    {
        lock (_lock)
        {
            return _codes.GetValueOrDefault(code);
        }
    }

    public void Add(PublishOutcome outcome, TimeSpan duration, bool isRepeat)
    {
        lock (_lock)
        {
            Repeated += isRepeat ? 1 : 0;
            if (outcome.IsAcknowledged)
            {
                Acknowledged++;
            }
            else if (outcome.Code is { } code)
            {
                _codes[code] = _codes.GetValueOrDefault(code) + 1;
                SlowestRefusal = duration > SlowestRefusal ? duration : SlowestRefusal;
            }
            else
            {
                Unanswered++;
            }
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            return $"{Acknowledged} calls acknowledged, {Unanswered} unanswered, {Repeated} repeated, refused "
                + $"[{string.Join(", ", _codes.Select(code => $"{code.Value} {code.Key}"))}] within {SlowestRefusal.TotalSeconds:f2} s";
        }
    }
}
