using System.Text.Json;

namespace RealtimeGateway.Backplane;

/// <summary>What this node does with what others tell and ask. The bodies are hostile input: anybody who reaches the backplane can send them.</summary>
internal interface INodeListener
{
    /// <summary>Something was told. It must not wait.</summary>
    /// <returns>False for a body that cannot be read; it has no effect.</returns>
    bool OnTold(string fromNode, JsonElement body);

    /// <summary>Does what another node asks for.</summary>
    /// <returns>Whether this node is the one that it is asked of; null for a body that cannot be read, which is not answered.</returns>
    ValueTask<bool?> OnAskedAsync(string fromNode, JsonElement body);
}
