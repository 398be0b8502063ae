using System.Threading.Channels;

namespace RealtimeGateway.Client;

/// <summary>
/// Raises the application's events one after another, on a task of its own, so that none holds up a connection. States and errors are
/// few: as long as no handler blocks for ever, nothing piles up.
/// </summary>
internal sealed class Notifier
{
    private readonly Channel<Action> _waiting = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    /// <param name="report">Hears of each that throws.</param>
    public Notifier(Action<Exception> report) => _ = RunAsync(report); // Ends when it is closed.

    /// <summary>Raises one, after those before it.</summary>
    public void Raise(Action what) => _waiting.Writer.TryWrite(what);

    /// <summary>No more are raised but those that wait.</summary>
    public void Close() => _waiting.Writer.TryComplete();

    private async Task RunAsync(Action<Exception> report)
    {
        await foreach (var what in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                what();
            }
            catch (Exception exception)
            {
                report(exception);
            }
        }
    }
}
