using System.Threading.Channels;

namespace RealtimeGateway.Tests.Support;

/// <summary>What a handler was called with, in order, to be awaited one by one.</summary>
internal sealed class Inbox<T>
{
    private readonly Channel<T> _arrived = Channel.CreateUnbounded<T>();

    public void Add(T item) => _arrived.Writer.TryWrite(item);

    /// <summary>The next one.</summary>
    public Task<T> NextAsync() => _arrived.Reader.ReadAsync().AsTask().InTime();

    /// <summary>The next one of this kind; others are passed over.</summary>
    public Task<T> NextAsync(Func<T, bool> which)
    {
        return FindAsync().InTime();

        async Task<T> FindAsync()
        {
            while (true)
            {
                var item = await _arrived.Reader.ReadAsync();
                if (which(item))
                {
                    return item;
                }
            }
        }
    }

    /// <summary>The next so many.</summary>
    public async Task<IReadOnlyList<T>> TakeAsync(int count)
    {
        var taken = new List<T>();
        while (taken.Count < count)
        {
            taken.Add(await NextAsync());
        }

        return taken;
    }

    /// <summary>All until this one comes, which is left out.</summary>
    public async Task<IReadOnlyList<T>> UntilAsync(Func<T, bool> isLast)
    {
        var taken = new List<T>();
        while (await NextAsync() is var item && !isLast(item))
        {
            taken.Add(item);
        }

        return taken;
    }

    /// <summary>All that is here now.</summary>
    public IReadOnlyList<T> Drain()
    {
        var taken = new List<T>();
        while (_arrived.Reader.TryRead(out var item))
        {
            taken.Add(item);
        }

        return taken;
    }
}
