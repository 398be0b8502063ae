using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Channels;

/// <summary>A subscriber that was taken in: it hears the channel already, or it still has to catch up with it.</summary>
internal readonly struct Joining
{
    private readonly Joined? _joined;
    private readonly CatchUp? _catchUp;

    private Joining(Joined? joined, CatchUp? catchUp) => (_joined, _catchUp) = (joined, catchUp);

    public static implicit operator Joining(Joined joined) => new(joined, null);

    public static implicit operator Joining(CatchUp catchUp) => new(null, catchUp);

    /// <summary>The position from which it hears the channel already; null while it has to catch up, or without history.</summary>
    public Position? From => _joined?.From;

    /// <inheritdoc cref="CatchUp.RunAsync"/>
    public ValueTask<Result<Joined>> CompleteAsync(CancellationToken cancellationToken) =>
        _catchUp?.RunAsync(cancellationToken) ?? new(_joined!);
}
