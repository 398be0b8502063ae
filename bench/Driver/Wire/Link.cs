using System.ComponentModel;
using RealtimeGateway.Bench.Driver.Native;

namespace RealtimeGateway.Bench.Driver.Wire;

/// <summary>One connection of the driver. What has come in part is kept for it until the rest is there.</summary>
internal abstract class Link(TcpSocket socket) : IDisposable
{
    private byte[] _kept = [];
    private int _keptCount;

    /// <summary>Why this connection is of no use any more; null while it is.</summary>
    public string? Failure { get; private set; }

    /// <summary>How much was asked for: the session, subscriptions, publications.</summary>
    public int Asked { get; private set; }

    /// <summary>How much of it has been answered.</summary>
    public int Answers { get; private set; }

    /// <summary>Whether all of it has.</summary>
    public bool IsAnswered => Answers == Asked;

    internal int Descriptor => socket.Descriptor;

    public void Answer() => Answers++;

    /// <summary>Everything that was measured with a connection that failed is worth nothing: the first reason stays.</summary>
    public void Fail(string reason) => Failure ??= reason;

    public void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (!socket.TrySend(bytes))
            {
                Fail("The server does not read what it is sent.");
            }
        }
        catch (Win32Exception exception)
        {
            Fail(exception.Message);
        }
    }

    /// <summary>Sends what the server answers.</summary>
    public void Ask(ReadOnlySpan<byte> bytes)
    {
        Asked++;
        Send(bytes);
    }

    public void Dispose() => socket.Dispose();

    /// <summary>Takes all that has come.</summary>
    /// <param name="buffer">One for all connections, larger than what can be kept.</param>
    /// <returns>Whether more can come later.</returns>
    internal bool Receive(Span<byte> buffer)
    {
        try
        {
            int count;
            int room;
            do
            {
                _kept.AsSpan(0, _keptCount).CopyTo(buffer);
                room = buffer.Length - _keptCount;
                count = socket.Receive(buffer[_keptCount..]);
                if (count == 0)
                {
                    Fail("The server closed the connection.");
                    return false;
                }

                if (count > 0)
                {
                    var bytes = buffer[..(_keptCount + count)];
                    Keep(bytes[Take(bytes)..]);
                }
            }
            while (count == room);
            return true;
        }
        catch (Win32Exception exception)
        {
            Fail(exception.Message);
            return false;
        }
    }

    /// <summary>Takes what is whole.</summary>
    /// <returns>How many bytes that was; the rest comes again, with more behind it.</returns>
    protected abstract int Take(ReadOnlySpan<byte> bytes);

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (rest.Length > _kept.Length)
        {
            _kept = new byte[rest.Length * 2];
        }

        rest.CopyTo(_kept);
        _keptCount = rest.Length;
    }
}
