using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client.Subscriptions;

/// <summary>What comes without a subscription: broadcasts, and events of the user.</summary>
internal sealed class ImplicitChannels : IDisposable
{
    private const int Capacity = 1_000;

    private readonly DeliveryQueue _queue = new(Capacity);
    private readonly CancellationTokenSource _ended = new();
    private readonly Action<Exception> _report;

    public ImplicitChannels(Action<Exception> report)
    {
        _report = report;
        _ = RunAsync(); // Ends when it is closed.
    }

    /// <summary>Who hears broadcasts.</summary>
    public Listeners Broadcasts { get; } = new();

    /// <summary>Who hears events of the user.</summary>
    public Listeners UserEvents { get; } = new();

    /// <summary>A publication has come, in whatever channel.</summary>
    public void OnEvent(EventMessage message)
    {
        if (Find(message.Channel) is { } listeners && listeners.Count(null) > 0 && !_queue.TryAdd(message))
        {
            _report(new RealtimeException(new Error(
                ErrorCodes.LimitExceeded,
                $"'{message.Event}' in '{message.Channel}' was dropped: {Capacity} others wait for the handlers.")));
        }
    }

    /// <summary>No handler is called any more.</summary>
    public void Dispose()
    {
        _queue.Complete();
        _ended.Cancel();
    }

    private Listeners? Find(string channel) =>
        channel == ChannelName.All ? Broadcasts
        : channel.StartsWith(ChannelName.OfUser(string.Empty), StringComparison.Ordinal) ? UserEvents
        : null;

    private async Task RunAsync()
    {
        try
        {
            await foreach (var delivery in _queue.ReadAsync(_ended.Token).ConfigureAwait(false))
            {
                await Find(delivery.Message!.Channel)!.CallAsync(delivery.Message, _report, _ended.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }
}
