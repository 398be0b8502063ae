using System.Diagnostics;
using RealtimeGateway.Bench.Driver.Native;

namespace RealtimeGateway.Bench.Driver.Wire;

/// <summary>The one loop of the driver: it reads whatever any connection has, in one thread and with one buffer.</summary>
internal sealed class Reactor : IDisposable
{
    private readonly Epoll _epoll = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(1024 * 1024, pinned: true);
    private readonly List<Link?> _links = [];
    private readonly Stack<int> _free = [];

    public void Add(Link link)
    {
        if (!_free.TryPop(out var number))
        {
            number = _links.Count;
            _links.Add(null);
        }

        _links[number] = link;
        _epoll.Add(link.Descriptor, number);
    }

    /// <summary>Waits until there is something to read, and reads it.</summary>
    /// <param name="milliseconds">How long it may wait; 0 for not at all.</param>
    public void Poll(int milliseconds)
    {
        for (var (i, count) = (0, _epoll.Wait(milliseconds)); i < count; i++)
        {
            var number = _epoll.Number(i);
            if (_links[number] is { } link && !link.Receive(_buffer))
            {
                Remove(number, link);
            }
        }
    }

    /// <summary>Reads until something is so.</summary>
    /// <returns>Whether it came to be so within the time.</returns>
    public bool Until(Func<bool> isSo, TimeSpan time)
    {
        var since = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(since) > time)
            {
                return false;
            }

            Poll(milliseconds: 1);
        }

        return true;
    }

    public void Dispose()
    {
        foreach (var link in _links)
        {
            link?.Dispose();
        }

        _epoll.Dispose();
    }

    // A socket that is closed is no longer waited for.
    private void Remove(int number, Link link)
    {
        link.Dispose();
        _links[number] = null;
        _free.Push(number);
    }
}
