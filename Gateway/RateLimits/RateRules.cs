using RealtimeGateway.Configuration;

namespace RealtimeGateway.RateLimits;

/// <summary>The rules in force for each operation, in order. Made from <see cref="RateLimitsOptions"/>.</summary>
internal sealed class RateRules(Func<Operation, IReadOnlyList<RateRule>> rules)
{
    private const int MaxPermits = 1_000_000;
    private static readonly TimeSpan MinWindow = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxWindow = TimeSpan.FromDays(1);

    /// <summary>The rules of one operation; the first that is exceeded decides.</summary>
    public IReadOnlyList<RateRule> Of(Operation operation) => rules(operation);

    /// <summary>Makes the rules out of what was written; <paramref name="problems"/> gets a sentence for each mistake.</summary>
    public static RateRules Compile(RateLimitsOptions written, ICollection<string> problems)
    {
        var compiled = Enum.GetValues<Operation>().ToDictionary(operation => operation, operation => Compile(operation, WrittenOf(operation), problems));
        return new RateRules(operation => compiled[operation]);

        IList<RateLimitOptions> WrittenOf(Operation operation) => operation switch
        {
            Operation.Connect => written.Connect,
            Operation.Subscribe => written.Subscribe,
            Operation.Publish => written.Publish,
            _ => written.Request,
        };
    }

    private static RateRule[] Compile(Operation operation, IList<RateLimitOptions> written, ICollection<string> problems)
    {
        for (var i = 0; i < written.Count; i++)
        {
            var path = $"{GatewayOptions.Section}:RateLimits:{operation}:{i}";
            if (written[i].Permits is < 1 or > MaxPermits)
            {
                problems.Add($"{path}:Permits is {written[i].Permits}; it goes from 1 to {MaxPermits}.");
            }

            if (written[i].Window < MinWindow || written[i].Window > MaxWindow)
            {
                problems.Add($"{path}:Window is {written[i].Window}; it goes from {MinWindow} to {MaxWindow}.");
            }

            if (written[i].Message is { } message && (message.Length is 0 or > 200 || message.Any(char.IsControl)))
            {
                problems.Add($"{path}:Message is one line of 1 to 200 characters.");
            }
        }

        return [.. written.Select(one => new RateRule(one.Permits, one.Window, one.Message))];
    }
}
