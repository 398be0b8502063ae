using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

/// <summary>What <see cref="RealtimeClient.StateChanged"/> tells: a <see cref="ConnectionStateChange"/> or a <see cref="SubscriptionStateChange"/>.</summary>
public abstract record StateChange;

/// <summary>The connection's state is another.</summary>
/// <param name="State">The state.</param>
/// <param name="ConnectionId">Its id, when connected and known (<see cref="RealtimeClient.ConnectionId"/>).</param>
/// <param name="Error">Why it is not connected; null where nothing went wrong.</param>
/// <param name="Attempt">Which attempt comes next, counted from 1 since the last connection; 0 where none does.</param>
/// <param name="RetryIn">The time before that attempt.</param>
public sealed record ConnectionStateChange(
    ClientState State,
    string? ConnectionId = null,
    RealtimeException? Error = null,
    int Attempt = 0,
    TimeSpan RetryIn = default) : StateChange;

/// <summary>A subscription's state is another.</summary>
/// <param name="State">The state.</param>
/// <param name="SubscriptionId">The subscription.</param>
/// <param name="Channels">Its channels.</param>
/// <param name="Error">What ended it; null where nothing went wrong.</param>
public sealed record SubscriptionStateChange(
    SubscriptionState State,
    string SubscriptionId,
    IReadOnlyList<string> Channels,
    RealtimeException? Error = null) : StateChange;
