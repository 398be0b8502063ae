using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Security.Tokens;

/// <summary>
/// What an issuer of tokens says of itself, its keys above all (OpenID Connect Discovery 1.0, section 4). It is asked when that is wanted
/// first, when it was asked long ago, and for new keys; what it said holds while it does not answer.
/// </summary>
/// <remarks>
/// The library's own manager asks in the background: the first tokens that are signed with a new key would be refused, and a client that
/// is told so does not come back.
/// </remarks>
/// <param name="address">Where its document is.</param>
/// <param name="time">The clock.</param>
internal sealed class IssuerDiscovery(Uri address, TimeProvider time)
{
    /// <summary>How often it is asked at most: after it did not answer, and for new keys after a signature that none fits.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(12);

    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    private readonly HttpDocumentRetriever _documents = new(Http) { RequireHttps = !address.IsLoopback };
    private readonly AsyncGate _gate = new();
    private volatile Answer? _answer;
    private Exception? _failure;
    private long? _askedAt;

    /// <summary>What it says.</summary>
    /// <exception cref="InvalidOperationException">It has not answered yet.</exception>
    public ValueTask<OpenIdConnectConfiguration> GetAsync(CancellationToken cancellationToken) =>
        _answer is { } answer && time.GetElapsedTime(answer.At) < MaxAge ? new(answer.Configuration) : AskAsync(_answer, cancellationToken);

    /// <summary>What it says now, if it says something else; the same where it does not, or was asked a moment ago.</summary>
    /// <param name="known">What it said.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public ValueTask<OpenIdConnectConfiguration> RenewAsync(OpenIdConnectConfiguration known, CancellationToken cancellationToken) =>
        _answer is { } answer && !ReferenceEquals(answer.Configuration, known) ? new(answer.Configuration) : AskAsync(_answer, cancellationToken);

    private async ValueTask<OpenIdConnectConfiguration> AskAsync(Answer? known, CancellationToken cancellationToken)
    {
        using var _ = await _gate.EnterAsync(cancellationToken);
        if (ReferenceEquals(_answer, known) && !(_askedAt is { } before && time.GetElapsedTime(before) < MinInterval))
        {
            _askedAt = time.GetTimestamp();
            try
            {
                // Whoever gives up, others wait for it.
                var configuration = await OpenIdConnectConfigurationRetriever.GetAsync(address.AbsoluteUri, _documents, CancellationToken.None);
                _answer = new Answer(configuration, time.GetTimestamp());
            }
            catch (Exception exception)
            {
                _failure = exception;
            }
        }

        return _answer?.Configuration ?? throw new InvalidOperationException("The issuer's document could not be read.", _failure);
    }

    private sealed record Answer(OpenIdConnectConfiguration Configuration, long At);
}
