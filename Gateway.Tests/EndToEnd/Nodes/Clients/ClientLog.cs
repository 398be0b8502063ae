using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.EndToEnd.Nodes.Checking;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Clients;

/// <summary>
/// What a client handed to its one handler, which is one stream however many connections there were: the checker is told of one subscription,
/// and of no replay.
/// </summary>
internal sealed class ClientLog
{
    private readonly HistoryChecker _checker;
    private readonly SubscriberLog _log;
    private readonly Lock _lock = new();
    private readonly List<string> _notices = [];
    private readonly List<(Position Position, TaskCompletionSource Reached)> _waits = [];
    private Position? _at;

    public ClientLog(HistoryChecker checker, string name, string channel)
    {
        _checker = checker;
        Name = name;
        _log = checker.Subscriber(name, channel);
        _log.Begin();
    }

    public string Name { get; }

    /// <summary>How often it said that it was connected.</summary>
    public int Connections { get; private set; }

    /// <summary>How many of the publications were replayed to it.</summary>
    public int Replayed { get; private set; }

    /// <summary>What it was told beside publications.</summary>
    public IReadOnlyList<string> Notices
    {
        get
        {
            lock (_lock)
            {
                return [.. _notices];
            }
        }
    }

    public void Connected()
    {
        lock (_lock)
        {
            Connections++;
        }
    }

    public void Subscribed(Position at)
    {
        lock (_lock)
        {
            _log.Answered(at with { Epoch = _checker.Shared(at.Epoch) });
            _at ??= at;
            TellWaiting();
        }
    }

    public void Event(Position at, string id, string data, bool isReplayed)
    {
        lock (_lock)
        {
            _log.Event(at with { Epoch = _checker.Shared(at.Epoch) }, _checker.Shared(id), _checker.Shared(data));
            Replayed += isReplayed ? 1 : 0;
            _at = at;
            TellWaiting();
        }
    }

    public void Notice(string notice)
    {
        lock (_lock)
        {
            _notices.Add(notice);
        }
    }

    /// <summary>Returns when it is at this position, or further.</summary>
    public Task ReachAsync(Position position)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waits.Add((position, reached));
            TellWaiting();
        }

        return reached.Task;
    }

    private void TellWaiting()
    {
        foreach (var wait in _waits.Where(wait => _at?.Epoch == wait.Position.Epoch && _at.Offset >= wait.Position.Offset).ToArray())
        {
            wait.Reached.SetResult();
            _waits.Remove(wait);
        }
    }
}
