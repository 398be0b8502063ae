using System.Diagnostics;
using RealtimeGateway.Bench.Driver.Native;

namespace RealtimeGateway.Bench.Driver.Wire;

/// <summary>The one loop of the driver: it reads whatever any connection has, in one thread and with one buffer.</summary>
internal sealed class Reactor : IDisposable
{
    // So few that it is worth while to let more come: looking costs about as much as reading one.
    private const int Few = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromMicroseconds(20);

    private readonly Epoll _epoll = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(1024 * 1024, pinned: true);
    private readonly List<Link?> _links = [];
    private readonly Stack<int> _free = [];

    /// <summary>How long it has rested; while it measures, it was busy for the rest of the time, or its processor was with somebody else.</summary>
    public TimeSpan Rested { get; private set; }

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
    /// <returns>How many connections had something.</returns>
    public int Poll(int milliseconds)
    {
        var count = _epoll.Wait(milliseconds);
        for (var i = 0; i < count; i++)
        {
            var number = _epoll.Number(i);
            if (_links[number] is { } link && !link.Receive(_buffer))
            {
                Remove(number, link);
            }
        }

        return count;
    }

    /// <summary>
    /// Lets some microseconds pass where there was little to read. It does not sleep: a server whose every send has to wake the driver would be
    /// measured with that.
    /// </summary>
    /// <param name="read">What the last poll has returned.</param>
    public void Rest(int read)
    {
        if (read >= Few)
        {
            return;
        }

        var since = Stopwatch.GetTimestamp();
        TimeSpan rested;
        do
        {
            Thread.SpinWait(10);
            rested = Stopwatch.GetElapsedTime(since);
        }
        while (rested < Pause);
        Rested += rested;
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

            _ = Poll(milliseconds: 1);
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
