namespace RealtimeGateway.Backplane.Redis;

/// <summary>Names for lives of a stream or a store: never the same twice, and no secret.</summary>
internal static class Epoch
{
    public static string New() => Random.Shared.NextInt64().ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
