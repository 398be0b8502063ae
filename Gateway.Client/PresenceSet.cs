using RealtimeGateway.Client.Connections;
using RealtimeGateway.Client.Presence;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Client;

/// <summary>
/// Who is in a channel, kept up to date: read once, changed by joins, updates and leaves, and read again after a reconnect and
/// whenever the gateway has left changes out. It subscribes to nothing: changes come as long as this client is subscribed to the
/// channel and may see presence there. All members may be used from any thread.
/// </summary>
public sealed class PresenceSet : IDisposable
{
    private readonly Lock _lock = new();
    private readonly MemberTable _table = new();
    private readonly PresenceRegistry _registry;
    private readonly Action<PresenceSet, PresenceMessage?> _tell;
    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _loading = new(1);

    internal PresenceSet(string channel, PresenceRegistry registry, Action<PresenceSet, PresenceMessage?> tell)
    {
        Channel = channel;
        _registry = registry;
        _tell = tell;
    }

    /// <summary>The members are others: with what changed, or null where the list was read anew. Raised in order, one at a time.</summary>
    public event EventHandler<PresenceMessage?>? Changed;

    /// <summary>The channel.</summary>
    public string Channel { get; }

    /// <summary>Everybody, in the order of their ids. A list that does not change any more.</summary>
    public IReadOnlyList<Member> Members
    {
        get
        {
            lock (_lock)
            {
                return _table.Members;
            }
        }
    }

    /// <summary>How many they are.</summary>
    public int Count => Members.Count;

    /// <summary>It is not kept up to date any more.</summary>
    public void Dispose()
    {
        _registry.Remove(this);
        _closed.Cancel();
    }

    internal void Raise(PresenceMessage? change) => Changed?.Invoke(this, change);

    internal void Apply(PresenceMessage change)
    {
        lock (_lock)
        {
            if (_table.Apply(change))
            {
                _tell(this, change);
            }
        }
    }

    /// <summary>Reads all of it, page by page.</summary>
    /// <returns>Who is there.</returns>
    internal async Task<IReadOnlyList<Member>> LoadAsync(GatewayConnection connection, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        await _loading.WaitAsync(either.Token).ConfigureAwait(false);
        List<Member>? members = null;
        try
        {
            lock (_lock)
            {
                _table.BeginLoad();
            }

            return members = await ReadAsync(connection, either.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _table.EndLoad(members);
                _tell(this, null);
            }

            _loading.Release();
        }
    }

    private async Task<List<Member>> ReadAsync(GatewayConnection connection, CancellationToken cancellationToken)
    {
        var members = new List<Member>();
        string? cursor = null;
        do
        {
            var request = new MembersRequest { Channel = Channel, Cursor = cursor, Limit = MembersRequest.MaxLimit };
            var page = await connection.InvokeAsync<MembersPage>("GetMembers", [request], cancellationToken).ConfigureAwait(false);
            members.AddRange(page.Members);
            cursor = page.Cursor;
        }
        while (cursor is not null);

        return members;
    }
}
