using System.Text.Json;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Presence;

/// <summary>What a member may tell of himself.</summary>
/// <param name="MaxBytes">Bytes of it as JSON.</param>
internal sealed record ProfileRules(int MaxBytes)
{
    /// <summary>The profile as others get it, or why it is refused.</summary>
    public Result<JsonElement> Check(JsonElement profile)
    {
        if (profile.ValueKind != JsonValueKind.Object)
        {
            return new Error(ErrorCodes.InvalidRequest, "A profile is a JSON object.");
        }

        return JsonPayload.Check("profile", profile, MaxBytes).IsRefused(out var refusal, out var json) ? refusal : JsonElement.Parse(json.Span);
    }
}
