namespace RealtimeGateway.Client;

/// <summary>Where a <see cref="Subscription"/> stands.</summary>
public enum SubscriptionState
{
    /// <summary>Asked for, or to be asked for as soon as there is a connection.</summary>
    Subscribing,

    /// <summary>The gateway has answered: it hears its channels.</summary>
    Subscribed,

    /// <summary>Being ended by the application.</summary>
    Unsubscribing,

    /// <summary>Ended, by the application or by a refusal. The last state.</summary>
    Unsubscribed,
}
