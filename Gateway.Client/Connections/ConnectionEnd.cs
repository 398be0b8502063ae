using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Connections;

/// <summary>How a connection ended, or that it never came about.</summary>
/// <param name="Error">What the gateway said, or what was found; null where it just ended.</param>
/// <param name="IsFinal">Whether trying again is of no use.</param>
internal sealed record ConnectionEnd(RealtimeException? Error, bool IsFinal)
{
    /// <summary>What an attempt to connect failed with.</summary>
    public static ConnectionEnd OfAttempt(Exception failure)
    {
        var refusal = failure as RealtimeException ?? failure.InnerException as RealtimeException;
        return refusal is null
            ? new ConnectionEnd(new RealtimeException(new Error(ErrorCodes.Unavailable, "No connection came about: " + failure.Message)), IsFinal: false)
            : new ConnectionEnd(refusal, refusal.Error.Code is ErrorCodes.PermissionDenied or ErrorCodes.Unauthenticated);
    }

    /// <summary>It ended without a word of the gateway's.</summary>
    public static ConnectionEnd OfLoss(Exception? cause) => new(
        cause is null ? null : new RealtimeException(new Error(ErrorCodes.Unavailable, "The connection was lost: " + cause.Message)),
        IsFinal: false);

    /// <summary>What the gateway's last message says.</summary>
    /// <param name="error">Its error; null for none.</param>
    /// <param name="allowReconnect">Whether it lets clients come back.</param>
    public static ConnectionEnd OfClose(string? error, bool allowReconnect)
    {
        var said = error is null ? null : ErrorText.Read(error);
        return new ConnectionEnd(said, !allowReconnect || said?.Error.Code is ErrorCodes.Disabled);
    }
}
