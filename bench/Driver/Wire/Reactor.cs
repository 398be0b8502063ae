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
    private long _waited;

    /// <summary>How long there was nothing to do; whatever is not in it, the driver was busy or its processor was with somebody else.</summary>
    public TimeSpan Waited => Stopwatch.GetElapsedTime(0, _waited);

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

    /// <summary>Reads what there is to read.</summary>
    /// <param name="milliseconds">How long to wait for something; 0 for not at all.</param>
    public void Poll(int milliseconds)
    {
        var begun = Stopwatch.GetTimestamp();
        var count = _epoll.Wait(milliseconds);
        if (count == 0 || milliseconds > 0)
        {
            _waited += Stopwatch.GetTimestamp() - begun;
        }

        for (var i = 0; i < count; i++)
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

    /// <summary>Closes connections, all at once.</summary>
    public void Close(IReadOnlySet<Link> links)
    {
        for (var number = 0; number < _links.Count; number++)
        {
            if (_links[number] is { } link && links.Contains(link))
            {
                Remove(number, link);
            }
        }
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
