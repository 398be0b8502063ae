using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

/// <summary>A publication that somebody got, or was acknowledged.</summary>
/// <param name="Position">Where it is.</param>
/// <param name="Id">Its id.</param>
/// <param name="Data">Its payload.</param>
internal sealed record KnownPublication(Position Position, string Id, string Data);
