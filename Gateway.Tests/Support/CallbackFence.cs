using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RealtimeGateway.Tests.Support;

/// <summary>
/// The protocol of a client, which knows what it has read. Microsoft's client calls its handlers in a loop of their own: an answer can
/// be there before the callback that came before it has been handled.
/// </summary>
/// <param name="protocol">What it speaks.</param>
internal sealed class CallbackFence(IHubProtocol protocol) : IHubProtocol
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _read;
    private long _handled;

    public string Name => protocol.Name;

    public int Version => protocol.Version;

    public TransferFormat TransferFormat => protocol.TransferFormat;

    public bool IsVersionSupported(int version) => protocol.IsVersionSupported(version);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        var isRead = protocol.TryParseMessage(ref input, binder, out message);
        if (message is InvocationMessage { Target: "event" or "presence" or "subscription" })
        {
            Interlocked.Increment(ref _read);
        }

        return isRead;
    }

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => protocol.WriteMessage(message, output);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => protocol.GetMessageBytes(message);

    /// <summary>One of the gateway's callbacks has been handled.</summary>
    public void OnHandled()
    {
        lock (_lock)
        {
            _handled++;
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Returns when what was read until now has been handled.</summary>
    public async Task PassAsync()
    {
        var read = Interlocked.Read(ref _read);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_handled >= read)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed;
        }
    }
}
