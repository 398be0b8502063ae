using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;

namespace RealtimeGateway.Sessions;

/// <content>Who it is, and what follows when that changes.</content>
internal sealed partial class Session
{
    /// <summary>Lets the session be somebody else on the same connection; what he may not read ends. A wrong token changes nothing.</summary>
    /// <param name="token">His JWT; null for a guest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Result<AuthenticateResult>> AuthenticateAsync(string? token, CancellationToken cancellationToken)
    {
        if (Charge(Operation.Request) is { } tooOften)
        {
            return tooOften;
        }

        while (true)
        {
            // 1. Read the token. Its issuer may take its time for it: nothing is held up meanwhile.
            var (decidedFor, decidedBy) = (_admitted, _services.Admission.Rules);
            if (token is not null && _services.Limiter.FindTooManyGuesses(Admitted.CountedAt(decidedFor.Address)) is { } tooMany)
            {
                return tooMany;
            }

            if ((await _services.Admission.ReadmitAsync(decidedFor, token, cancellationToken)).IsRefused(out var refusal, out var admitted))
            {
                if (Admission.IsGuess(refusal))
                {
                    _services.Limiter.CountGuess(Admitted.CountedAt(decidedFor.Address));
                }

                return refusal;
            }

            // 2. Make sure that it still holds. 3. Become who it names.
            using var _ = await _gate.EnterAsync(cancellationToken);
            if (_hasEnded)
            {
                return Ended;
            }

            if (ReferenceEquals(decidedFor, _admitted) && decidedBy.Equals(_services.Admission.Rules))
            {
                return await BecomeAsync(admitted);
            }
        }
    }

    /// <summary>
    /// Time has passed or the rules have changed: what is no longer allowed ends, up to the session itself. To be called when
    /// its rights end, and whenever the gateway's rules are others.
    /// </summary>
    public async Task ReviewAsync()
    {
        try
        {
            using var _ = await _gate.EnterAsync(CancellationToken.None);
            if (!_hasEnded)
            {
                await ReviewNeedsGateAsync();
            }
        }
        catch (RealtimeException refused)
        {
            End(refused.Error);
        }
        catch (Exception exception)
        {
            LogReviewFailed(ConnectionId, exception);
            End(NotApplied);
        }
    }

    private async ValueTask ReviewNeedsGateAsync()
    {
        var lost = _services.Admission.FindLoss(_admitted);
        if (_services.Admission.Review(_admitted).IsRefused(out var reason, out var left))
        {
            await _subscriptions.ClearAsync(GraceOf(Identity));
            End(reason);
        }
        else if (!left.IsStill(_admitted) || !_decidedBy.Equals(_services.Rights.Rules))
        {
            _services.Registry.TryMove(this, left.Identity.UserId, Limits);
            await BecomeAsync(left, lost);
        }
        else
        {
            // Nothing that rights depend on is another: a host is not asked about all channels of all sessions for nothing.
            _rights.Set(Identity.ExpiresAt);
        }
    }

    private async ValueTask<Result<AuthenticateResult>> BecomeAsync(Admitted admitted)
    {
        if (_services.Registry.TryMove(this, admitted.Identity.UserId, Limits) is { } tooMany)
        {
            return tooMany;
        }

        try
        {
            await BecomeAsync(admitted, reason: null);
        }
        catch
        {
            // Half of one and half of another is nobody.
            End(new Error(ErrorCodes.Internal, "The gateway failed to apply the new identity."));
            throw;
        }

        if (_services.Admission.IsRevoked(admitted))
        {
            // It was revoked in this instant; whoever did that may not have found the session under its new user yet.
            await ReviewNeedsGateAsync();
            return Admission.Revoked;
        }

        // He may have been given other roles in this instant, by whoever did not find the session under him either.
        await ReviewNeedsGateAsync();
        var roles = Identity.Roles.Select(role => role.ToString()).Order(StringComparer.Ordinal);
        return new AuthenticateResult(Identity.UserId, [.. roles], Identity.ExpiresAt);
    }

    // The new rights hold from the first line on: what is decided meanwhile elsewhere is decided by them.
    private async ValueTask BecomeAsync(Admitted admitted, string? reason)
    {
        var before = Identity;
        (_admitted, _decidedBy) = (admitted, _services.Rights.Rules);
        _rights.Set(admitted.Identity.ExpiresAt);
        if (before.UserId != Identity.UserId)
        {
            await BecomeAnotherUserAsync();
        }

        await foreach (var rights in _services.Rights.AgainAsync(Identity, _subscriptions.Heard))
        {
            await ApplyAsync(rights, reason);
        }

        await _subscriptions.ShowAsync();
    }

    // Others see the new user only where he is still in when all is decided.
    private async ValueTask BecomeAnotherUserAsync()
    {
        Connection.OnUserChanged(Identity.UserId);
        _profile = null;
        await _subscriptions.WithdrawAsync();
        await _subscriptions.SetAsync(ImplicitOf(Identity), CancellationToken.None);

        // What the server granted, it granted to who this was.
        await _subscriptions.RemoveAsync(Subscription.Grants);
    }

    [LoggerMessage(3, LogLevel.Error, "Session {ConnectionId} could not apply what has changed and is closed.")]
    private partial void LogReviewFailed(string connectionId, Exception exception);
}
