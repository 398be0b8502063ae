using System.Reflection;
using System.Runtime.CompilerServices;

namespace RealtimeGateway.Tests.Architecture;

/// <summary>Holds the house to its picture (docs/architecture.md): a room uses the rooms it is allowed to, and no other.</summary>
[TestFixture]
public sealed class RoomTests
{
    private const string Root = "RealtimeGateway";

    // Contracts, Primitives and Diagnostics are used by all and are therefore not named.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Contracts"] = [],
        ["Primitives"] = [],
        ["Diagnostics"] = [],
        ["Configuration"] = [],
        ["Backplane"] = [],
        ["Backplane.Memory"] = ["Backplane"],
        ["Backplane.Redis"] = ["Backplane", "Configuration"],
        ["Security"] = ["Security.Keys", "Security.Policies", "Security.Tokens"],
        ["Security.Keys"] = ["Configuration", "Security", "Security.Policies"],
        ["Security.Policies"] = ["Configuration", "Security"],
        ["Security.Tokens"] = ["Configuration", "Security"],
        ["RateLimits"] = ["Configuration"],
        ["Filters"] = [],
        ["History"] = [],
        ["MessagePack"] = [],
        ["Channels"] = ["Backplane", "Filters", "History", "Security", "Security.Policies"],
        ["Presence"] = ["Backplane", "Channels"],
        ["Sessions"] = ["Backplane", "Channels", "Filters", "Presence", "RateLimits", "Security", "Security.Keys"],
        ["Edges"] = ["Backplane", "RateLimits", "Security", "Sessions"],
        ["Edges.CommandLine"] = ["Configuration", "Security.Keys"],
        ["Edges.InProcess"] = ["Backplane", "Channels", "Presence"],
        ["Edges.Rest"] = ["Configuration", "Edges", "RateLimits", "Security", "Security.Tokens", "Sessions"],
        ["Edges.SignalR"] = ["Backplane", "Channels", "Configuration", "Edges", "Edges.WebSockets", "MessagePack", "RateLimits", "Security", "Sessions"],
        ["Edges.Sse"] = ["Backplane", "Channels", "Edges", "RateLimits", "Security", "Sessions"],
        ["Edges.WebSockets"] = [],
    };

    [Test]
    public void Rooms_UseOnlyTheRoomsTheyMay()
    {
        var forbidden = Arrows()
            .Where(arrow => arrow.From.Length > 0 && arrow.To is not ("Contracts" or "Primitives" or "Diagnostics"))
            .Where(arrow => !Allowed.TryGetValue(arrow.From, out var allowed) || !allowed.Contains(arrow.To))
            .Select(arrow => $"{arrow.From} -> {arrow.To}, in {arrow.Type}")
            .Distinct();
        Assert.That(forbidden, Is.Empty);
    }

    [Test]
    public void Rooms_UseAllThatTheTableSays()
    {
        var used = Arrows().Select(arrow => (arrow.From, arrow.To)).ToHashSet();
        var unused = Allowed.SelectMany(room => room.Value.Select(to => (From: room.Key, To: to))).Where(arrow => !used.Contains(arrow));
        Assert.That(unused, Is.Empty, "an arrow that nothing uses is to be taken out of the table");
    }

    [Test]
    public void Contracts_DependOnNothing() =>
        Assert.That(
            typeof(RealtimeGateway.Contracts.Error).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name),
            Has.All.StartsWith("System."));

    [Test]
    public void MessagePack_DependsOnNothingOfTheHouse() =>
        Assert.That(
            typeof(RealtimeGateway.MessagePack.MessagePackHubProtocol).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name),
            Has.None.StartsWith(Root));

    private static IEnumerable<(string From, string To, string Type)> Arrows() =>
        from assembly in new[]
        {
            typeof(RealtimeGatewayServices).Assembly,
            typeof(RealtimeGateway.Contracts.Error).Assembly,
            typeof(RealtimeGateway.MessagePack.MessagePackHubProtocol).Assembly,
        }
        from type in assembly.GetTypes()
        where RoomOf(type) is not null && !Outermost(type).IsDefined(typeof(CompilerGeneratedAttribute))
        from used in TypeReferences.Of(type)
        let to = RoomOf(used)
        where to is { Length: > 0 } && to != RoomOf(type)
        select (RoomOf(type)!, to, type.FullName!);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    // Null for what is not of this house; empty for the root, where the rooms are put together.
    private static string? RoomOf(Type type) => type.Namespace switch
    {
        Root => string.Empty,
        { } name when name.StartsWith(Root + ".", StringComparison.Ordinal) => name[(Root.Length + 1)..],
        _ => null,
    };
}
