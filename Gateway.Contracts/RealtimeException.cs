namespace RealtimeGateway.Contracts;

/// <summary>Thrown to .NET callers when the gateway refuses; <see cref="Error"/> says why.</summary>
public sealed class RealtimeException(Error error) : Exception(error.ToString())
{
    /// <summary>The refusal.</summary>
    public Error Error { get; } = error;
}
