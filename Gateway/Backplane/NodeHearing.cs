namespace RealtimeGateway.Backplane;

/// <summary>
/// Lets this node hear the others from before the first client comes until after the last has gone. A backplane that does not answer
/// at the start does not hold it up: the node tries again until it does.
/// </summary>
internal sealed partial class NodeHearing(IBroker broker, Node node, NodeEar ear, TimeProvider time, ILogger<NodeHearing> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    // In this order: once it can be asked, it can be answered too.
    private readonly string[] _channels = [NodeChannels.Of(node.Id), NodeChannels.All];
    private readonly CancellationTokenSource _stop = new();
    private Task _retrying = Task.CompletedTask;
    private int _heard;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!await TryHearAsync(cancellationToken))
        {
            _retrying = RetryAsync();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _retrying;
        try
        {
            while (_heard > 0)
            {
                await broker.UnsubscribeAsync(_channels[--_heard], ear, cancellationToken);
            }
        }
        catch (Exception exception)
        {
            // The end of the process ends it too.
            LogNotEnded(exception);
        }
    }

    public void Dispose()
    {
        _stop.Cancel(); // A host that is thrown away does not stop it.
        _stop.Dispose();
    }

    private async Task RetryAsync()
    {
        var stop = _stop.Token;
        try
        {
            do
            {
                await Task.Delay(RetryInterval, time, stop);
            }
            while (!await TryHearAsync(stop));
            LogHeard();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node ends before it has heard anything.
        }
    }

    private async Task<bool> TryHearAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (; _heard < _channels.Length; _heard++)
            {
                await broker.SubscribeAsync(_channels[_heard], retention: null, ear, cancellationToken);
            }

            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotHeard(exception);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "This node does not hear the others yet; it tries again.")]
    private partial void LogNotHeard(Exception exception);

    [LoggerMessage(2, LogLevel.Information, "This node hears the others.")]
    private partial void LogHeard();

    [LoggerMessage(3, LogLevel.Debug, "This node could not say that it hears the others no longer.")]
    private partial void LogNotEnded(Exception exception);
}
