using System.Buffers;
using System.IO.Pipelines;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.SignalR;

namespace RealtimeGateway.Tests.Edges.SignalR;

/// <summary>A peer whose bytes come to an <see cref="InboundPipe"/> in pieces, and who takes what passes it.</summary>
internal static class PiecewisePeer
{
    /// <summary>What a message may have.</summary>
    public const int MaxBytes = 200;

    private static readonly HubProtocols Protocols = new();

    /// <summary>A pipe with these bounds, of whatever protocol the handshake says.</summary>
    public static InboundPipe Create(Pipe transport, Action? onEndless = null, Action<IFrameScanner, Error>? onRefused = null, TimeProvider? time = null) => new(
        transport.Reader,
        new Guard(onEndless, onRefused),
        new InboundLimits(MaxBytes, TimeSpan.FromSeconds(5), UnfinishedPerAddress: 10, Negotiated: 10),
        time ?? TimeProvider.System);

    /// <summary>Sends all of it in pieces of these sizes, again and again.</summary>
    /// <returns>What passed, and what was refused with which code.</returns>
    public static async Task<(byte[] Passed, List<(string Code, string? InvocationId)> Refused)> RunAsync(byte[] sent, int[] sizes)
    {
        var transport = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var refused = new List<(string, string?)>();
        var inbound = Create(transport, onRefused: (frame, error) => refused.Add((error.Code, frame.InvocationId)));
        var passed = new List<byte>();
        var reading = Task.Run(async () =>
        {
            while (true)
            {
                var result = await inbound.ReadAsync();
                passed.AddRange(result.Buffer.ToArray());
                inbound.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        });
        for (int at = 0, piece = 0; at < sent.Length; piece++)
        {
            var size = Math.Min(sizes[piece % sizes.Length], sent.Length - at);
            await transport.Writer.WriteAsync(sent.AsMemory(at, size));
            at += size;
        }

        await transport.Writer.CompleteAsync();
        await reading;
        return ([.. passed], refused);
    }

    private sealed class Guard(Action? onEndless, Action<IFrameScanner, Error>? onRefused) : IInboundGuard
    {
        public IFraming? FramingOf(string protocol) => Protocols.Find(protocol)?.Framing;

        public void OnEndless() => onEndless?.Invoke();

        public void OnRefused(IFrameScanner frame, Error error) => onRefused?.Invoke(frame, error);
    }
}
