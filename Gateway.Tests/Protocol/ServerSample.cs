using RealtimeGateway.Edges.SignalR;

namespace RealtimeGateway.Tests.Protocol;

/// <summary>A message of the server, and what it is written from.</summary>
/// <param name="Name">The sample.</param>
/// <param name="WrittenAs">What the server writes in a format.</param>
/// <param name="Record">The record that its result or its argument is; null for none.</param>
internal sealed record ServerSample(string Name, Func<HubFormat, ReadOnlyMemory<byte>> WrittenAs, Type? Record = null);
