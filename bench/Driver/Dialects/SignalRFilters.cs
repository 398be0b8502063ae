using System.Globalization;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Wire;

namespace RealtimeGateway.Bench.Driver.Dialects;

/// <summary>
/// The gateway's hub, where each subscriber has a filter, by turns one of a number. All of them let <see cref="Data"/> through, so that as
/// much is delivered as without.
/// </summary>
/// <param name="hub">The hub's path.</param>
/// <param name="distinct">How many filters there are.</param>
internal sealed class SignalRFilters(string hub, int distinct) : SignalRJson(hub)
{
    private int _turn;

    /// <summary>What is published, as JSON.</summary>
    public static string Data { get; } = $$"""{"price":1000,"text":"{{Payload.Text}}"}""";

    public override void Subscribe(WebSocketClient client, string channel)
    {
        var least = (_turn++ % distinct).ToString(CultureInfo.InvariantCulture);
        client.Ask(Frame($$"""
            {"type":1,"invocationId":"s","target":"Subscribe","arguments":[{"channels":["{{channel}}"],"filter":[{"method":"greaterThan","attribute":"price","values":[{{least}}]}]}]}
            """));
    }
}
