using System.Globalization;

namespace RealtimeGateway.Bench.Driver.Native;

/// <summary>A process and all that it started.</summary>
internal static class ProcessTree
{
    /// <summary>Their ids, as they are now, the process first.</summary>
    public static IReadOnlyList<int> Of(int process)
    {
        var tree = new List<int> { process };
        for (var i = 0; i < tree.Count; i++)
        {
            foreach (var task in Directory.EnumerateDirectories($"/proc/{tree[i]}/task"))
            {
                var children = File.ReadAllText(Path.Combine(task, "children"));
                tree.AddRange(children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)));
            }
        }

        return tree;
    }
}
