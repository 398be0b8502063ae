using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>What changes rosters in Redis, in the words of the directory.</summary>
internal sealed class RosterScripts(RedisLink link, Subscriptions subscriptions, Node node)
{
    /// <summary>How a connection comes into a channel.</summary>
    public static class Ways
    {
        /// <summary>It entered, or tells of itself.</summary>
        public const string Enter = "enter";

        /// <summary>It is in, and others may have taken it out meanwhile and told so.</summary>
        public const string Restore = "restore";

        /// <summary>It is in, and the store has lost it, which nobody was told: neither is this.</summary>
        public const string Quiet = "quiet";
    }

    public async ValueTask EnterAsync(string channel, Occupant occupant, string way, CancellationToken cancellationToken)
    {
        var names = link.Names;
        var profile = RosterText.OfProfile(occupant.Profile);
        RedisKey[] keys =
        [
            names.Roster(channel), names.Order(channel), names.Connections, names.Channels, names.Graces, names.Registry(channel),
            names.Entered(node.Id), names.Leases,
        ];
        RedisValue[] arguments =
        [
            subscriptions.TargetOf(channel), channel, names.NodePrefix, names.EnteredPrefix, node.Id,
            occupant.MemberId, RosterText.OfUser(occupant.UserId), occupant.ConnectionId, occupant.EnteredAt.UtcTicks, profile,
            occupant.Profile is { } known ? SHA256.HashData(CanonicalJson.Of(known)) : RedisValue.EmptyString, way,
            IDirectory.MaxAnnounced, EntryOf(channel, occupant.MemberId, occupant.ConnectionId), EntryOf(channel, occupant.MemberId),
        ];
        await link.CallAsync(RedisScript.Enter, keys, arguments, cancellationToken);
    }

    /// <summary>Takes a connection out.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="memberId">Its member.</param>
    /// <param name="connectionId">The connection; empty for those that were expected back until now.</param>
    /// <param name="grace">How long it is expected back.</param>
    /// <param name="ofNode">The node that it has to be of; empty for any.</param>
    /// <param name="isSwept">Whether it is only because the lease of that node has ended, and not if it has one again.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was in.</returns>
    public async ValueTask<bool> LeaveAsync(
        string channel,
        string memberId,
        string connectionId,
        TimeSpan grace,
        string ofNode,
        bool isSwept,
        CancellationToken cancellationToken)
    {
        var names = link.Names;
        RedisKey[] keys =
            [names.Roster(channel), names.Order(channel), names.Connections, names.Channels, names.Graces, names.Registry(channel), names.Leases];
        RedisValue[] arguments =
        [
            subscriptions.TargetOf(channel), channel, names.NodePrefix, names.EnteredPrefix, memberId, connectionId,
            (long)Math.Ceiling(grace.TotalMilliseconds), IDirectory.MaxAnnounced, EntryOf(channel, memberId, connectionId), EntryOf(channel, memberId), ofNode,
            isSwept ? "1" : string.Empty,
        ];
        return (string?)(await link.CallAsync(RedisScript.Leave, keys, arguments, cancellationToken))[1] == "1";
    }

    /// <summary>What stands for a connection or a member in an index: its parts as fields.</summary>
    public static byte[] EntryOf(params string[] parts)
    {
        var writer = new FieldWriter();
        Array.ForEach(parts, part => writer.Add(part));
        return writer.ToArray();
    }

    /// <summary>Reads it; null for what is none.</summary>
    public static string[]? ReadEntry(RedisResult entry, int parts)
    {
        var fields = new FieldReader((byte[]?)entry);
        var read = new string[parts];
        for (var i = 0; i < parts; i++)
        {
            if (!fields.TryRead(out string? part))
            {
                return null;
            }

            read[i] = part;
        }

        return fields.IsAtEnd ? read : null;
    }

    /// <summary>A number as a script gave it.</summary>
    public static long NumberOf(RedisResult text) => long.Parse((string)text!, CultureInfo.InvariantCulture);
}
