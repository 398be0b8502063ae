namespace RealtimeGateway.Sessions;

/// <summary>A node has told the store what it had lost: every node reads again what the nodes remember.</summary>
internal sealed record RememberAgain : ControlEntry;
