namespace RealtimeGateway.Configuration;

/// <summary><c>Gateway:Clients</c>.</summary>
public sealed class ClientsOptions
{
    /// <summary>Whether clients may subscribe to channels. Default true.</summary>
    public bool Subscribe { get; set; } = true;

    /// <summary>Whether clients may publish and broadcast. Default true.</summary>
    public bool Publish { get; set; } = true;
}
