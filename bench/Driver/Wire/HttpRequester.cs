using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using RealtimeGateway.Bench.Driver.Load;
using RealtimeGateway.Bench.Driver.Native;

namespace RealtimeGateway.Bench.Driver.Wire;

/// <summary>A client that asks over HTTP/1.1, one request after another on one connection. A request that is answered counts as delivered.</summary>
internal sealed class HttpRequester : Link
{
    private readonly Ledger _ledger;
    private int _sequence;

    private HttpRequester(TcpSocket socket, Ledger ledger)
        : base(socket)
    {
        _ledger = ledger;
    }

    public static HttpRequester Connect(int port, Ledger ledger) => new(TcpSocket.Connect(port), ledger);

    /// <summary>Sends a request. The last one has been answered.</summary>
    /// <param name="request">All of it.</param>
    /// <param name="sequence">The number under which it is in the ledger.</param>
    public void Request(ReadOnlySpan<byte> request, int sequence)
    {
        _sequence = sequence;
        Ask(request);
    }

    protected override int Take(ReadOnlySpan<byte> bytes)
    {
        var headEnd = bytes.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
        {
            return 0;
        }

        var head = bytes[..headEnd];
        var body = bytes[(headEnd + 4)..];
        if (!IsWhole(head, body))
        {
            return 0;
        }

        // An item of a batch that was refused is an error inside an answer that is none.
        if (!head.StartsWith("HTTP/1.1 2"u8) || body.IndexOf("\"error\":"u8) >= 0)
        {
            Fail("It answered: " + Encoding.UTF8.GetString(bytes));
        }

        Answer();
        _ledger.Deliver(_sequence, Stopwatch.GetTimestamp());
        return bytes.Length;
    }

    // One request, one answer: all that comes is the one that is waited for.
    private static bool IsWhole(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var field = "\r\nContent-Length: "u8;
        return head.IndexOf(field) is >= 0 and var at && Utf8Parser.TryParse(head[(at + field.Length)..], out int length, out _)
            ? body.Length >= length
            : body.EndsWith("0\r\n\r\n"u8);
    }
}
