using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace RealtimeGateway.Tests.Support;

/// <summary>What one category logs, laid up in order.</summary>
internal sealed class TestLog(string category) : ILoggerProvider
{
    private readonly Channel<(LogLevel Level, string Text)> _entries = System.Threading.Channels.Channel.CreateUnbounded<(LogLevel Level, string Text)>();

    /// <summary>What the gateway says of its settings while it runs.</summary>
    public static TestLog OfSettings() => new("RealtimeGateway.LiveSettings");

    /// <summary>The next entry, in the order of logging.</summary>
    public Task<(LogLevel Level, string Text)> NextAsync() => _entries.Reader.ReadAsync().AsTask().InTime();

    /// <summary>Every entry that was made and not awaited.</summary>
    public IReadOnlyList<(LogLevel Level, string Text)> UntilNow()
    {
        var entries = new List<(LogLevel Level, string Text)>();
        while (_entries.Reader.TryRead(out var entry))
        {
            entries.Add(entry);
        }

        return entries;
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName == category);

    public void Dispose()
    {
    }

    private sealed class Logger(TestLog log, bool isFollowed) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => isFollowed;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (isFollowed)
            {
                log._entries.Writer.TryWrite((logLevel, exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception}"));
            }
        }
    }
}
