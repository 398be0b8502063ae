namespace RealtimeGateway.Bench.Micro;

/// <summary>Asked before anything is measured, for what does nothing is fast.</summary>
internal static class Expect
{
    /// <summary>Ends the benchmark where it would not measure what it says.</summary>
    /// <param name="holds">What is expected.</param>
    /// <param name="otherwise">A sentence that says what is not so.</param>
    public static void That(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
