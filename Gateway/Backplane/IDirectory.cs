using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane;

/// <summary>
/// Who is where: the members of every channel, over all nodes, and which nodes there are. A user's sessions are found in his own channel, in which all of
/// them are (<see cref="ChannelName.OfUser"/>).
/// </summary>
/// <remarks>
/// A member is there while one of his connections is, or is expected back. Changes of a channel are told one after another, to
/// every node in the same order: what its handlers were told, put together, is what can be read. Above
/// <see cref="MaxAnnounced"/> members none are told, and when there are no more than that again, that some were not. Entering and leaving do not fail: what cannot reach the other nodes now
/// reaches them later.
/// </remarks>
internal interface IDirectory
{
    /// <summary>Up to how many members a channel may have for its changes to be told.</summary>
    const int MaxAnnounced = 1_000;

    /// <summary>
    /// Puts a connection into a channel, or tells of its new profile. It takes the place of a connection of the same member
    /// that is expected back. The profile that was told last is the member's; null tells nothing.
    /// </summary>
    ValueTask EnterAsync(string channel, Occupant occupant);

    /// <summary>Takes a connection out of a channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="occupant">The connection, as it entered.</param>
    /// <param name="grace">How long it is expected back; zero for not at all.</param>
    ValueTask LeaveAsync(string channel, Occupant occupant, TimeSpan grace);

    /// <summary>Reads members in the order of their ids (ordinal).</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="after">Only those with a higher id; null for all.</param>
    /// <param name="limit">Members at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<MemberSlice> ReadAsync(string channel, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The connections of one member that are in a channel now.</summary>
    ValueTask<IReadOnlyList<Occupant>> ConnectionsAsync(string channel, string memberId, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the channels that clients chose and some connection is in, in the order of their names (ordinal). The gateway's own,
    /// which begin with <c>$</c>, are not among them.
    /// </summary>
    /// <param name="prefix">What their names begin with; empty for all.</param>
    /// <param name="after">Only those with a higher name; null for all.</param>
    /// <param name="limit">Channels at most, 1 or more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<ChannelSlice> ChannelsAsync(string prefix, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>How many connections are in a channel now.</summary>
    ValueTask<int> CountConnectionsAsync(string channel, CancellationToken cancellationToken);

    /// <summary>Tells the other nodes how far a node has applied the control log. It does not fail: what is not told now is told later.</summary>
    ValueTask ReportAsync(Node node, Position applied);

    /// <summary>A node ends: it lives no longer from now on. It does not fail: what is not told is found out later.</summary>
    ValueTask RetireAsync(Node node);

    /// <summary>The nodes that live now: those that have reported, have not retired, and were heard of lately.</summary>
    ValueTask<IReadOnlyList<NodeState>> NodesAsync(CancellationToken cancellationToken);

    /// <summary>Lets the handler hear of a channel's members from now on. A handler that does already is an error of the caller.</summary>
    ValueTask WatchAsync(string channel, IDirectoryHandler handler, CancellationToken cancellationToken);

    /// <summary>Ends that: when this has returned, the handler is not called for the channel.</summary>
    ValueTask UnwatchAsync(string channel, IDirectoryHandler handler, CancellationToken cancellationToken);
}
