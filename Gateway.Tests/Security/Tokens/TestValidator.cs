using System.Text.Json;
using Microsoft.Extensions.Logging;
using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security;
using RealtimeGateway.Security.Tokens;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security.Tokens;

/// <summary>A validator with a clock that stands, and claims that are good by that clock.</summary>
internal sealed class TestValidator
{
    private readonly TokenValidator _validator;
    private readonly Logbook _log = new();

    /// <param name="change">What differs from a gateway that knows the tests' secret.</param>
    public TestValidator(Action<JwtOptions>? change = null)
    {
        var options = new JwtOptions { Secret = TestTokens.Secret };
        change?.Invoke(options);
        var problems = new List<string>();
        _validator = new TokenValidator(options, TokenTrust.Compile(options, problems), Time, _log);
        Assert.That(problems, Is.Empty);
    }

    public ManualTime Time { get; } = new();

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Good claims, changed by these; null takes a claim away.</summary>
    public Dictionary<string, object?> Claims(params (string Name, object? Value)[] changes)
    {
        var claims = new Dictionary<string, object?> { ["sub"] = "ann", ["iat"] = Now, ["exp"] = Now + 3600 };
        foreach (var (name, value) in changes)
        {
            claims[name] = value;
        }

        return claims.Where(claim => claim.Value is not null).ToDictionary();
    }

    /// <summary>Good claims as JSON, with more text before the closing brace.</summary>
    public string ClaimsJson(string more) => JsonSerializer.Serialize(Claims())[..^1] + more + "}";

    public Task<Identity> AdmittedAsync(params (string Name, object? Value)[] changes) => AdmittedAsync(TestTokens.Sign(Claims(changes)));

    /// <summary>Who the token is, which must be believed.</summary>
    public async Task<Identity> AdmittedAsync(string token)
    {
        var result = await _validator.ValidateAsync(token, CancellationToken.None);
        return result.IsRefused(out var error, out var identity) ? throw new AssertionException($"Refused: {error}") : identity;
    }

    public Task<Error> RefusedAsync(params (string Name, object? Value)[] changes) => RefusedAsync(TestTokens.Sign(Claims(changes)));

    /// <summary>Why the token is refused, which it must be, in a sentence and a log that do not carry it further.</summary>
    public async Task<Error> RefusedAsync(string token)
    {
        var result = await _validator.ValidateAsync(token, CancellationToken.None);
        if (!result.IsRefused(out var error, out var identity))
        {
            throw new AssertionException($"Believed to be {identity.UserId}.");
        }

        foreach (var part in token.Split('.').Where(part => part.Length > 10).Append(TestTokens.Secret))
        {
            Assert.That(_log.Lines.Append(error.Message), Has.None.Contains(part));
        }

        return error;
    }

    /// <summary>All that the validator says to its operator.</summary>
    private sealed class Logbook : ILogger<TokenValidator>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception) + exception);
    }
}
