namespace RealtimeGateway.Security;

/// <summary>What clients may do at all. Server code is not asked.</summary>
/// <param name="subscribe">Whether clients may subscribe to channels.</param>
/// <param name="publish">Whether clients may publish and broadcast.</param>
/// <remarks>No record: switched off and on again it is another, and what was decided meanwhile is decided again.</remarks>
internal sealed class ClientSwitches(bool subscribe, bool publish)
{
    public bool Subscribe => subscribe;

    public bool Publish => publish;
}
