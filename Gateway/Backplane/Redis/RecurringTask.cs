using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>Does something again and again until it is disposed. That Redis does not answer now is no reason to end.</summary>
internal sealed partial class RecurringTask : IAsyncDisposable
{
    private readonly Func<CancellationToken, Task> _action;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    /// <param name="action">What is done.</param>
    /// <param name="interval">How long after its end it is done again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where faults are told.</param>
    public RecurringTask(Func<CancellationToken, Task> action, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        _action = action;
        _interval = interval;
        _time = time;
        _logger = logger;
        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_interval, _time, _end.Token);
                await _action(_end.Token);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (RealtimeException)
            {
                // Redis does not answer; the next time it may.
            }
            catch (Exception exception)
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "What a node does again and again with Redis failed.")]
    private partial void LogFailed(Exception exception);
}
