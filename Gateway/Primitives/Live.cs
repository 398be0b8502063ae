namespace RealtimeGateway.Primitives;

/// <summary>
/// Something in force that can be replaced while others use it, such as settings. Whoever needs several answers that belong
/// together takes <see cref="Current"/> once.
/// </summary>
internal sealed class Live<T>(T current)
    where T : class
{
    private T _current = current;

    /// <summary>What is in force now.</summary>
    public T Current => Volatile.Read(ref _current);

    /// <summary>What never changes is in force for good.</summary>
    public static implicit operator Live<T>(T value) => new(value);

    /// <summary>Puts another in its place.</summary>
    public void Replace(T value) => Volatile.Write(ref _current, value);
}
