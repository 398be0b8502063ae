namespace RealtimeGateway.Security;

/// <summary>
/// A host's own decision about channels, asked before the configured policies. Register any number with
/// <c>services.AddSingleton&lt;IChannelAuthorizer, …&gt;()</c>; they are asked in that order, and the first that does not
/// abstain decides.
/// </summary>
public interface IChannelAuthorizer
{
    /// <summary>
    /// Decides one access. Asked again about everything a session hears when its identity or the policies change; then an
    /// answer that takes longer than 5 s, or an exception, is a denial.
    /// </summary>
    /// <param name="access">Who wants to do what, where.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the answer any more.</param>
    ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken);
}
