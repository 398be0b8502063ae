namespace RealtimeGateway.Backplane;

/// <summary>Some of the channels in use.</summary>
/// <param name="Channels">Those that were asked for, and how many connections are in each.</param>
/// <param name="IsLast">Whether none comes after them.</param>
internal sealed record ChannelSlice(IReadOnlyList<(string Name, int Connections)> Channels, bool IsLast);
