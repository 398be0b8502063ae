using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace RealtimeGateway.Security.Tokens;

/// <summary>
/// What an issuer of tokens says of itself, its keys above all (OpenID Connect Discovery 1.0, section 4). It is asked when that is wanted
/// first, when it was asked long ago, and for new keys, by one for all. What it said holds while it does not answer, or has no keys to show.
/// </summary>
/// <remarks>
/// The library's own manager asks in the background: the first tokens that are signed with a new key would be refused, and a client that
/// is told so does not come back.
/// </remarks>
/// <param name="address">Where its document is.</param>
/// <param name="time">The clock.</param>
/// <param name="onFailed">Told each time that it did not answer as it should.</param>
internal sealed class IssuerDiscovery(Uri address, TimeProvider time, Action<Exception> onFailed)
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
    private readonly Lock _lock = new();
    private volatile Answer? _answer;
    private Task? _asking;
    private bool _hasFailed;
    private long? _askedAt;

    /// <summary>What it says. Nobody waits who can be told what it said before.</summary>
    /// <exception cref="InvalidOperationException">It has never answered.</exception>
    public async ValueTask<OpenIdConnectConfiguration> GetAsync(CancellationToken cancellationToken)
    {
        if (_answer is not { } answer)
        {
            await AskAsync().WaitAsync(cancellationToken);
        }
        else if (time.GetElapsedTime(answer.At) >= MaxAge)
        {
            _ = AskAsync(); // Nothing in it throws.
        }

        return _answer?.Configuration ?? throw new InvalidOperationException("The issuer has never answered.");
    }

    /// <summary>What it says now.</summary>
    /// <param name="known">What it said.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The same where it was asked a moment ago; null where it does not answer and nothing else is known.</returns>
    public async ValueTask<OpenIdConnectConfiguration?> RenewAsync(OpenIdConnectConfiguration known, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(_answer?.Configuration, known))
        {
            await AskAsync().WaitAsync(cancellationToken);
        }

        lock (_lock)
        {
            var configuration = _answer!.Configuration;
            return _hasFailed && ReferenceEquals(configuration, known) ? null : configuration;
        }
    }

    private Task AskAsync()
    {
        lock (_lock)
        {
            return _asking is { } asking ? asking
                : _askedAt is { } before && time.GetElapsedTime(before) < MinInterval ? Task.CompletedTask
                : _asking = Task.Run(FetchAsync);
        }
    }

    private async Task FetchAsync()
    {
        OpenIdConnectConfiguration? found = null;
        Exception? failure = null;
        try
        {
            var configuration = await OpenIdConnectConfigurationRetriever.GetAsync(address.AbsoluteUri, _documents, CancellationToken.None);
            found = configuration.SigningKeys.Count > 0 ? configuration : throw new InvalidOperationException("The issuer shows no keys.");
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        lock (_lock)
        {
            var now = time.GetTimestamp();
            (_asking, _askedAt, _hasFailed) = (null, now, found is null);
            if (found is not null)
            {
                _answer = new Answer(found, now);
            }
        }

        if (failure is not null)
        {
            onFailed(failure);
        }
    }

    private sealed record Answer(OpenIdConnectConfiguration Configuration, long At);
}
