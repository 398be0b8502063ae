using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>How members stand in Redis: users apart from guests, profiles as the JSON they are, times as ticks of UTC.</summary>
internal static class RosterText
{
    private const string Guest = "g";

    public static string OfUser(string? userId) => userId is null ? Guest : "u" + userId;

    public static string? UserOf(string user) => user.Length > 0 && user[0] == 'u' ? user[1..] : null;

    public static byte[] OfProfile(JsonElement? profile) => profile is { } json ? JsonMarshal.GetRawUtf8Value(json).ToArray() : [];

    public static bool TryReadProfile(ReadOnlyMemory<byte> bytes, out JsonElement? profile)
    {
        profile = null;
        if (bytes.IsEmpty)
        {
            return true;
        }

        try
        {
            profile = JsonElement.Parse(bytes.Span);
            return profile.Value.ValueKind == JsonValueKind.Object && System.Text.Unicode.Utf8.IsValid(bytes.Span);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static bool TryReadTime(long ticks, out DateTimeOffset time)
    {
        var isTime = ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
        time = isTime ? new DateTimeOffset(ticks, TimeSpan.Zero) : default;
        return isTime;
    }

    public static bool TryReadMember(
        string id,
        string user,
        int connections,
        ReadOnlyMemory<byte> profile,
        long joinedAt,
        [NotNullWhen(true)] out Member? member)
    {
        member = null;
        if (TryReadProfile(profile, out var json) && TryReadTime(joinedAt, out var time))
        {
            member = new Member(id, UserOf(user), connections, json, time);
        }

        return member is not null;
    }
}
