using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

/// <summary>How a <see cref="RealtimeClient"/> connects and behaves.</summary>
public sealed record RealtimeClientOptions
{
    /// <summary>
    /// Asked for a JWT at each connect, and again before the last one expires (claim <c>exp</c>). Null, or an answer of null, is a
    /// guest. What it throws is told as an error, and it is asked again later. Default null.
    /// </summary>
    public Func<CancellationToken, ValueTask<string?>>? Token { get; init; }

    /// <summary>The API key, where the gateway asks for one; it goes into the header <c>X-Api-Key</c>. Default null.</summary>
    public string? ApiKey { get; init; }

    /// <summary>How messages are written: JSON by default.</summary>
    public IHubProtocol Protocol { get; init; } = new JsonHubProtocol(Options.Create(new JsonHubProtocolOptions
    {
        PayloadSerializerOptions = ContractsJson.CreateOptions(),
    }));

    /// <summary>
    /// Whether to negotiate before each connect. It makes <see cref="RealtimeClient.ConnectionId"/> known, costs one more request, and
    /// behind a load balancer needs sticky sessions. Default false.
    /// </summary>
    public bool Negotiate { get; init; }

    /// <summary>Whether a lost connection is made anew by itself. Default true. The first one is tried for in any case.</summary>
    public bool AutoReconnect { get; init; } = true;

    /// <summary>How many attempts follow a failure before the state is <see cref="ClientState.Error"/>; 0 or more, null without end. Default null.</summary>
    public int? RetryAttempts { get; init; }

    /// <summary>The upper bound of the random time before the first attempt; each further attempt doubles it. Over 0; default 1 second.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What that bound grows to. At least <see cref="ReconnectDelay"/>; default 20 seconds.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often to ping when nothing else is sent; the gateway closes who says nothing for 30 seconds. 1 second or more; default 15.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long nothing may be heard before the connection is given up; the gateway pings every 15 seconds. 1 second or more; default 30.</summary>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connect, a token, or a call other than a send may take, waiting for the connection included. Over 0; default 30 seconds.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many sends wait while there is no connection; one more is refused with <c>limit_exceeded</c>. 0 switches it off: each is
    /// refused with <c>unavailable</c>. What has no answer when a connection is lost counts too; what does not fit fails with
    /// <c>unavailable</c>, and its outcome is unknown. Default 100.
    /// </summary>
    public int SendBuffer { get; init; } = 100;

    /// <summary>Whether subscriptions and profile are there again after a reconnect. False: neither, and subscriptions end. Default true.</summary>
    public bool Restore { get; init; } = true;

    /// <summary>Whether subscriptions hear what this client itself publishes, unless they or the send say otherwise. Default true.</summary>
    public bool Echo { get; init; } = true;

    /// <summary>The clock of delays and token lives. The server's timeout and the pings go by the system's clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the connection logs. Default nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(RetryAttempts ?? 0, nameof(RetryAttempts));
        ArgumentOutOfRangeException.ThrowIfNegative(SendBuffer);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ReconnectDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxReconnectDelay, ReconnectDelay);
        ArgumentOutOfRangeException.ThrowIfLessThan(PingInterval, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(ServerTimeout, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CallTimeout, TimeSpan.Zero);
    }
}
