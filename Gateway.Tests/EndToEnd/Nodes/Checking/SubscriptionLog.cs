using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>One subscription of one channel, from the call to its end.</summary>
/// <param name="since">The position that was asked from; null for what comes next.</param>
internal sealed class SubscriptionLog(Position? since)
{
    private readonly List<Heard> _heard = [];

    public Position? Since => since;

    /// <summary>All that was told, in order; the answer has its place among it.</summary>
    public IReadOnlyList<Heard> Heard => _heard;

    /// <summary>Whether the call was answered before the subscription ended.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>What the answer said of recovery; null where nothing was asked, or the channel was heard already.</summary>
    public bool? Recovered { get; private set; }

    /// <summary>Why it was not recovered.</summary>
    public string? Reason { get; private set; }

    /// <summary>Whether it had not ended when the run ended.</summary>
    public bool IsOpen { get; set; } = true;

    public void Add(Heard heard) => _heard.Add(heard);

    public void Answer(Position? at, bool? recovered, string? reason)
    {
        (IsAnswered, Recovered, Reason) = (true, recovered, reason);
        _heard.Add(new Heard(HeardKind.Answer, at));
    }
}
