using RealtimeGateway.Client.Connections;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>
/// All subscriptions of a client: asks for them on each connection, and gives each what is for it. One lock guards them all; under
/// it nothing waits and no handler runs.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="tell">Hears of each change of a subscription's state.</param>
/// <param name="report">Hears of what failed, with the subscription.</param>
internal sealed class SubscriptionRegistry(TimeProvider time, Action<StateChange> tell, Action<Exception, string?> report)
{
    private readonly Lock _lock = new();
    private readonly SubscriptionIndex _subscriptions = new();
    private readonly Dictionary<SubscribeRequest, SubscribeCall> _calls = new(ReferenceEqualityComparer.Instance);
    private GatewayConnection? _connection;
    private RealtimeException? _refusal;

    /// <summary>Reads something of a subscription.</summary>
    public T Read<T>(Subscription subscription, Func<SubscriptionCore, T> what)
    {
        lock (_lock)
        {
            return what(subscription.Core);
        }
    }

    /// <summary>Adds a subscription, and asks for it as soon as there is a connection.</summary>
    /// <returns>The gateway's answer.</returns>
    /// <exception cref="RealtimeException">The gateway refused it, or the connection was given up; it is not here any more.</exception>
    public async Task<SubscribeResult> AddAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        Task<SubscribeResult> answered;
        lock (_lock)
        {
            ThrowIfGivenUpNeedsLock();
            _subscriptions.Add(subscription);
            answered = subscription.Core.Answered.Task;
            TellNeedsLock(subscription);
            if (_connection is { } connection)
            {
                SubscribeNeedsLock(subscription, connection);
            }
        }

        try
        {
            return await answered.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await RemoveAsync(subscription, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets a subscription be another.</summary>
    public async Task<SubscribeResult> UpdateAsync(Subscription subscription, SubscriptionUpdate update, CancellationToken cancellationToken)
    {
        while (true)
        {
            // One call at a time: while one is on its way nobody knows what the gateway has.
            await Task.WhenAny(Read(subscription, core => core.Answered.Task)).WaitAsync(cancellationToken).ConfigureAwait(false);
            Task<SubscribeResult> answered;
            lock (_lock)
            {
                if (!subscription.Core.Answered.Task.IsCompleted)
                {
                    continue;
                }

                UpdateNeedsLock(subscription, update);
                answered = subscription.Core.Answered.Task;
            }

            return await answered.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a subscription.</summary>
    public async Task RemoveAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        GatewayConnection? connection;
        lock (_lock)
        {
            if (!_subscriptions.Contains(subscription))
            {
                return;
            }

            connection = _connection;
            ForgetNeedsLock(subscription);
            BecomeNeedsLock(subscription, SubscriptionState.Unsubscribing);
        }

        subscription.Stop();
        try
        {
            if (connection is not null)
            {
                var request = new UnsubscribeRequest { Id = subscription.Id };
                await connection.InvokeAsync<UnsubscribeResult>("Unsubscribe", [request], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (ConnectionLostException)
        {
            // With the connection the gateway has lost it too.
        }
        finally
        {
            lock (_lock)
            {
                BecomeNeedsLock(subscription, SubscriptionState.Unsubscribed);
                subscription.Core.Answered.TrySetException(new RealtimeException(new Error(ErrorCodes.InvalidRequest, "The subscription was ended.")));
                _ = subscription.Core.Answered.Task.Exception;
            }
        }
    }

    /// <summary>There is a connection: all are asked for at once.</summary>
    public void Connected(GatewayConnection connection)
    {
        lock (_lock)
        {
            _connection = connection;
            _refusal = null;
            foreach (var subscription in _subscriptions.All)
            {
                SubscribeNeedsLock(subscription, connection);
            }
        }
    }

    /// <summary>There is none any more.</summary>
    public void Lost()
    {
        lock (_lock)
        {
            _connection = null;
            _calls.Clear();
            foreach (var subscription in _subscriptions.All)
            {
                _subscriptions.Change(subscription, core => core.Lose());
                BecomeNeedsLock(subscription, SubscriptionState.Subscribing);
            }
        }
    }

    /// <summary>Ends all that the gateway has ever answered.</summary>
    public void EndAnswered()
    {
        lock (_lock)
        {
            foreach (var subscription in _subscriptions.All.Where(subscription => subscription.Core.WasAnswered).ToList())
            {
                EndNeedsLock(subscription, error: null);
            }
        }
    }

    /// <summary>Ends all, and calls no handler any more.</summary>
    public void Dispose(ObjectDisposedException error)
    {
        List<Subscription> all;
        lock (_lock)
        {
            all = [.. _subscriptions.All];
            foreach (var subscription in all)
            {
                EndNeedsLock(subscription, error);
            }
        }

        foreach (var subscription in all)
        {
            subscription.Stop();
        }
    }

    /// <summary>
    /// There will be no connection until one is begun by hand: those that were never answered end; the others are kept, and told.
    /// </summary>
    public void Refuse(RealtimeException error)
    {
        lock (_lock)
        {
            _refusal = error;
            foreach (var subscription in _subscriptions.All.ToList())
            {
                if (!subscription.Core.WasAnswered)
                {
                    EndNeedsLock(subscription, error);
                    continue;
                }

                FailNeedsLock(subscription, error);
                subscription.Queue.Add(new SubscriptionNotice(SubscriptionNoticeKind.Disconnected, Reason: error.Error.Code, Error: error));
            }
        }
    }

    /// <summary>There may be a connection again.</summary>
    public void Reopen()
    {
        lock (_lock)
        {
            _refusal = null;
        }
    }

    /// <summary>A publication has come.</summary>
    public void OnEvent(EventMessage message)
    {
        lock (_lock)
        {
            foreach (var subscription in _subscriptions.Of(message.Channel))
            {
                var core = subscription.Core;
                var feed = core.FindFeed(message.Channel)!;
                if ((core.Call is not null || core.IsWanted(message)) && !feed.Take(message))
                {
                    CatchUpNeedsLock(subscription, feed);
                }
            }
        }
    }

    /// <summary>The gateway has told something of a channel.</summary>
    public void OnNotice(SubscriptionMessage message)
    {
        var position = message is { Epoch: { } epoch, Offset: { } offset } ? new Position(epoch, offset) : null;
        lock (_lock)
        {
            foreach (var subscription in _subscriptions.Of(message.Channel).ToList())
            {
                var feed = subscription.Core.FindFeed(message.Channel)!;
                switch (message.State)
                {
                    case SubscriptionStates.Position when position is not null:
                        feed.MoveTo(position);
                        break;
                    case SubscriptionStates.Gap:
                        feed.SkipTo(position, message.Reason);
                        break;
                    case SubscriptionStates.Revoked:
                        RevokeNeedsLock(subscription, message);
                        break;
                }
            }
        }
    }

    /// <summary>The gateway has answered.</summary>
    /// <returns>Whether it was asked later than all were when the connection was made.</returns>
    public bool OnSubscribed(SubscribeRequest request, SubscribeResult result)
    {
        lock (_lock)
        {
            if (_calls.Remove(request, out var call) && call.Subscription.Core.Call == call && call.Connection == _connection)
            {
                var subscription = call.Subscription;
                var behind = _subscriptions.Change(subscription, core => core.Accept(call, result));
                TellNeedsLock(subscription);
                foreach (var feed in behind)
                {
                    CatchUpNeedsLock(subscription, feed);
                }

                return call.IsLate;
            }

            return false;
        }
    }

    /// <summary>The handlers are done with a publication.</summary>
    public void Handled(Subscription subscription, EventMessage message)
    {
        lock (_lock)
        {
            if (subscription.Core.FindFeed(message.Channel) is { } feed && Positions.Of(message) is { } position)
            {
                feed.Handled = position;
            }
        }
    }

    /// <summary>Does something to a feed that is being caught up by this connection.</summary>
    /// <exception cref="OperationCanceledException">It is not any more.</exception>
    public T WhileCatchingUp<T>(Subscription subscription, ChannelFeed feed, GatewayConnection connection, Func<ChannelFeed, T> what)
    {
        lock (_lock)
        {
            var core = subscription.Core;
            return _connection == connection && core.State == SubscriptionState.Subscribed && feed.IsCatchingUp && core.FindFeed(feed.Channel) == feed
                ? what(feed)
                : throw new OperationCanceledException();
        }
    }

    private void UpdateNeedsLock(Subscription subscription, SubscriptionUpdate update)
    {
        var core = subscription.Core;
        if (core.State is SubscriptionState.Unsubscribing or SubscriptionState.Unsubscribed)
        {
            throw new RealtimeException(new Error(ErrorCodes.InvalidRequest, "The subscription has ended; make another."));
        }

        ThrowIfGivenUpNeedsLock();
        var terms = core.Terms.With(update);
        if (_connection is { } connection)
        {
            SendNeedsLock(_subscriptions.Change(subscription, changed => changed.Update(terms, connection)));
        }
        else
        {
            _subscriptions.Change(subscription, changed => changed.UpdateLater(terms));
        }
    }

    private void SubscribeNeedsLock(Subscription subscription, GatewayConnection connection, bool isLate = false) =>
        SendNeedsLock(subscription.Core.Subscribe(connection) with { IsLate = isLate });

    private void SendNeedsLock(SubscribeCall call)
    {
        call.Subscription.Core.Await(call);
        _calls.Add(call.Request, call);
        _ = SendAsync(call); // Its errors are handled there.
    }

    private async Task SendAsync(SubscribeCall call)
    {
        try
        {
            await call.Connection.InvokeAsync<SubscribeResult>("Subscribe", [call.Request], CancellationToken.None).ConfigureAwait(false);
        }
        catch (RealtimeException refusal)
        {
            Refused(call, refusal);
        }
        catch (ConnectionLostException)
        {
            // It is asked for again on the next one.
        }
        catch (Exception exception)
        {
            Refused(call, exception); // It cannot be written.
        }
    }

    private void Refused(SubscribeCall call, Exception refusal)
    {
        lock (_lock)
        {
            _calls.Remove(call.Request);
            var subscription = call.Subscription;
            var core = subscription.Core;
            if (core.Call != call || _connection != call.Connection)
            {
                return;
            }

            if (call.Before is not null)
            {
                var behind = _subscriptions.Change(subscription, changed => changed.Revert(call, refusal));
                foreach (var feed in behind)
                {
                    CatchUpNeedsLock(subscription, feed);
                }
            }
            else if (core.WasAnswered && TimeToWait(refusal) is { } wait)
            {
                core.Abandon();
                _ = AskAgainAsync(subscription, call.Connection, wait); // Ends with the connection.
            }
            else
            {
                if (core.WasAnswered)
                {
                    report(refusal, subscription.Id);
                }

                EndNeedsLock(subscription, refusal);
            }
        }
    }

    // Where it is refused only for a time.
    private static TimeSpan? TimeToWait(Exception refusal) =>
        refusal is RealtimeException { Error: { RetryAfter: { } seconds, Code: ErrorCodes.RateLimited or ErrorCodes.LimitExceeded or ErrorCodes.Unavailable } }
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private async Task AskAgainAsync(Subscription subscription, GatewayConnection connection, TimeSpan wait)
    {
        try
        {
            await Task.Delay(wait, time, connection.Lost).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lock (_lock)
        {
            if (_connection == connection && _subscriptions.Contains(subscription))
            {
                SubscribeNeedsLock(subscription, connection, isLate: true);
            }
        }
    }

    private void CatchUpNeedsLock(Subscription subscription, ChannelFeed feed)
    {
        feed.BeginCatchUp();
        var catchUp = new CatchUp(this, subscription, feed, _connection!, time);
        _ = Task.Run(catchUp.RunAsync); // It tells its errors by notices.
    }

    private void RevokeNeedsLock(Subscription subscription, SubscriptionMessage message)
    {
        _subscriptions.Change(subscription, core => core.Leave(message.Channel));
        subscription.Queue.Add(new SubscriptionNotice(SubscriptionNoticeKind.Revoked, message.Channel, message.Reason));
        if (subscription.Core.Terms.Channels.Count == 0)
        {
            var reason = message.Reason ?? ErrorCodes.PermissionDenied;
            EndNeedsLock(subscription, new RealtimeException(new Error(
                ErrorCodes.PermissionDenied,
                $"The right to read '{message.Channel}' was taken away ({reason}).")), isTold: true);
        }
    }

    // It ends by itself: what waits for its handlers is still handed over, and then why it ended.
    private void EndNeedsLock(Subscription subscription, Exception? error, bool isTold = false)
    {
        var refusal = error as RealtimeException;
        var wasAnswered = subscription.Core.WasAnswered;
        ForgetNeedsLock(subscription);
        BecomeNeedsLock(subscription, SubscriptionState.Unsubscribed, refusal);
        FailNeedsLock(subscription, error ?? new RealtimeException(new Error(ErrorCodes.Unavailable, "The subscription has ended.")));
        if (wasAnswered && refusal is not null && !isTold)
        {
            subscription.Queue.Add(new SubscriptionNotice(SubscriptionNoticeKind.Ended, Reason: refusal.Error.Code, Error: refusal));
        }

        subscription.Queue.Complete(refusal);
    }

    private void ThrowIfGivenUpNeedsLock()
    {
        if (_refusal is { Error: var error })
        {
            throw new RealtimeException(error);
        }
    }

    private static void FailNeedsLock(Subscription subscription, Exception error)
    {
        subscription.Core.Answered.TrySetException(error);
        _ = subscription.Core.Answered.Task.Exception; // Whoever waits sees it; that nobody does is no fault.
    }

    private void ForgetNeedsLock(Subscription subscription)
    {
        _subscriptions.Remove(subscription);
        subscription.Core.Abandon();
    }

    private void BecomeNeedsLock(Subscription subscription, SubscriptionState state, RealtimeException? error = null)
    {
        if (subscription.Core.State != state)
        {
            subscription.Core.State = state;
            TellNeedsLock(subscription, error);
        }
    }

    private void TellNeedsLock(Subscription subscription, RealtimeException? error = null) =>
        tell(new SubscriptionStateChange(subscription.Core.State, subscription.Id, subscription.Core.Terms.Channels, error));
}
