using System.Globalization;
using StackExchange.Redis;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>The records of gateways that share a Redis.</summary>
internal sealed class RedisRecordStore(RedisLink link) : IRecordStore
{
    // Digits of the ticks in front of each record, which sort as they count.
    private const int TimeDigits = 20;

    public async ValueTask WriteAsync(SharedRecord record, CancellationToken cancellationToken)
    {
        var at = record.At.UtcTicks.ToString(CultureInfo.InvariantCulture).PadLeft(TimeDigits, '0');
        var body = new FieldWriter().Add(record.Key).Add(record.Until.UtcTicks).Add(record.Value.Span).ToArray();
        RedisValue[] arguments = [record.Key, at, record.Until.ToUnixTimeMilliseconds(), body];
        await link.CallAsync(RedisScript.Remember, [link.Names.Records, link.Names.RecordEnds], arguments, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<SharedRecord>> ReadAsync(CancellationToken cancellationToken)
    {
        var records = new Dictionary<string, SharedRecord>(StringComparer.Ordinal);
        RedisValue cursor = "0";
        do
        {
            var page = await link.CallAsync(RedisScript.Recall, [link.Names.Records], [cursor], cancellationToken);
            cursor = (string?)page[1];
            for (var i = 3; i < page.Length; i += 2)
            {
                if (Read((byte[])page[i]!) is { } record)
                {
                    records[record.Key] = record;
                }
            }
        }
        while (cursor != "0");

        return [.. records.Values];
    }

    // Null for what no node has written.
    private static SharedRecord? Read(byte[] bytes)
    {
        if (bytes.Length < TimeDigits || !long.TryParse(bytes.AsSpan(0, TimeDigits), CultureInfo.InvariantCulture, out var at) || !RosterText.TryReadTime(at, out var said))
        {
            return null;
        }

        var fields = new FieldReader(bytes.AsMemory(TimeDigits));
        return fields.TryRead(out string? key) && fields.TryRead(out long until) && RosterText.TryReadTime(until, out var ends) && fields.TryRead(out ReadOnlyMemory<byte> value)
            ? new SharedRecord(key, said, ends, value)
            : null;
    }
}
