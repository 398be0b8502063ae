using System.Diagnostics.CodeAnalysis;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Primitives;

/// <summary>A value, or the reason why there is none. Refusals travel this way; exceptions are for faults.</summary>
internal readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Error? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>Why there is no value; null when there is one.</summary>
    public Error? Error { get; }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Error error) => new(default, error);

    /// <summary>Whether this was refused, with the value or the reason.</summary>
    public bool IsRefused([NotNullWhen(true)] out Error? error, [MaybeNullWhen(true)] out T value)
    {
        error = Error;
        value = _value;
        return error is not null;
    }

    /// <summary>The value, for a caller that speaks in exceptions.</summary>
    /// <exception cref="RealtimeException">This was refused.</exception>
    public T OrThrow() => Error is null ? _value! : throw new RealtimeException(Error);
}
