using System.Text.Json;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Presence;

/// <summary>What a member may tell of himself.</summary>
/// <param name="MaxBytes">Bytes of it as JSON.</param>
/// <param name="MaxTotalBytes">Bytes of all its copies together, one for each channel that its member is seen in.</param>
internal sealed record ProfileRules(int MaxBytes, int MaxTotalBytes)
{
    /// <summary>The profile as others get it, or why it is refused.</summary>
    /// <param name="profile">What the client sent.</param>
    /// <param name="channels">In how many channels its member is seen.</param>
    public Result<JsonElement> Check(JsonElement profile, int channels)
    {
        if (profile.ValueKind != JsonValueKind.Object)
        {
            return new Error(ErrorCodes.InvalidRequest, "A profile is a JSON object.");
        }

        if (JsonPayload.Check("profile", profile, MaxBytes).IsRefused(out var refusal, out var json))
        {
            return refusal;
        }

        // One member may see all of these channels, and gets as many copies at once.
        var total = (long)json.Length * channels;
        return total > MaxTotalBytes
            ? new Error(ErrorCodes.PayloadTooLarge, $"The copies of the profile for {channels} channels have {total} bytes; {MaxTotalBytes} are the most.")
            : JsonElement.Parse(json.Span);
    }
}
