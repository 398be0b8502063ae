namespace RealtimeGateway.Tests.Protocol;

/// <summary>A message of the server, and what it is written from.</summary>
/// <param name="Name">The sample.</param>
/// <param name="Bytes">What the server writes.</param>
/// <param name="Record">The record that its result or its argument is; null for none.</param>
internal sealed record ServerSample(string Name, ReadOnlyMemory<byte> Bytes, Type? Record = null);
