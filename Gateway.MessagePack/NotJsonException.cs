namespace RealtimeGateway.MessagePack;

/// <summary>A MessagePack value is in order and has no form in JSON. The message is a sentence that is fit for strangers.</summary>
public sealed class NotJsonException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What was found, and what to do.</param>
    /// <param name="isTooLarge">Whether it has one, and is only too large as that.</param>
    public NotJsonException(string message, bool isTooLarge = false)
        : base(message) => IsTooLarge = isTooLarge;

    /// <summary>Whether it has a form in JSON, and is only too large as that.</summary>
    public bool IsTooLarge { get; }
}
