using System.Collections.Frozen;
using System.Reflection;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>What the hub can be asked, for the errors of those who ask otherwise.</summary>
internal static class HubMethods
{
    // SignalR finds methods without regard to case.
    private static readonly FrozenDictionary<string, string> Usages = typeof(RealtimeHub)
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .ToFrozenDictionary(method => method.Name, UsageOf, StringComparer.OrdinalIgnoreCase);

    /// <summary>How a method is called, as <c>Send(channel, event, data)</c>; null when there is none of this name.</summary>
    public static string? FindUsage(string method) => Usages.GetValueOrDefault(method);

    private static string UsageOf(MethodInfo method) =>
        $"{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.Name))})";
}
