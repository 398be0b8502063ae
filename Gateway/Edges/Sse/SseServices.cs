namespace RealtimeGateway.Edges.Sse;

/// <summary>Registers what event streams need.</summary>
internal static class SseServices
{
    public static void AddSse(this IServiceCollection services)
    {
        services.AddSingleton<SseEncoding>();
        services.AddSingleton<SseWire>();
    }
}
