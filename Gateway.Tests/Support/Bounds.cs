namespace RealtimeGateway.Tests.Support;

/// <summary>What every test shares.</summary>
internal static class Bounds
{
    /// <summary>How long anything that must happen may take. Far longer than it takes; a test that waits for it has failed.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Timeout);

    public static Task InTime(this Task task) => task.WaitAsync(Timeout);
}
