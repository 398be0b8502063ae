namespace RealtimeGateway.Security;

/// <summary>What clients may do at all. Server code is not asked.</summary>
/// <param name="Subscribe">Whether clients may subscribe to channels.</param>
/// <param name="Publish">Whether clients may publish and broadcast.</param>
internal sealed record ClientSwitches(bool Subscribe, bool Publish);
