namespace RealtimeGateway.Sessions;

/// <summary>Calls back when the rights of a session end, to the moment: a token's rights end at its <c>exp</c> (promise 9).</summary>
/// <param name="clock">Keeps the time for all of them.</param>
/// <param name="onEnd">Called with the state; it holds up others whose rights end.</param>
/// <param name="state">Whose rights these are.</param>
internal sealed class RightsTimer(RightsClock clock, Action<object> onEnd, object state) : IDisposable
{
    /// <summary>Whether nobody is to be called any more.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>When they end, while it waits. The clock's lock guards this and what follows.</summary>
    public DateTimeOffset EndsAt { get; set; }

    /// <summary>Tells those apart that end together.</summary>
    public long Number { get; set; }

    /// <summary>Whether the clock has it.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>Sets or moves the end; null for none.</summary>
    public void Set(DateTimeOffset? endsAt) => clock.Set(this, endsAt);

    /// <summary>They have ended.</summary>
    public void End()
    {
        if (!IsDisposed)
        {
            onEnd(state);
        }
    }

    public void Dispose()
    {
        IsDisposed = true;
        clock.Set(this, null);
    }
}
