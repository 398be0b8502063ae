using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RealtimeGateway.MessagePack;

/// <summary>
/// SignalR's MessagePack hub protocol, as far as JSON goes: arguments and results are bound by System.Text.Json, through the JSON that is
/// equal to their MessagePack. What has a form in both crosses between clients of either protocol as it is; what JSON has none for does not
/// cross.
/// </summary>
public sealed class MessagePackHubProtocol : IHubProtocol
{
    /// <summary>How deep one argument or result may nest.</summary>
    private const int MaxDepth = 64;

    private readonly MessageParser _parser;
    private readonly MessageComposer _composer;

    /// <summary>A protocol that binds as SignalR's JSON protocol does.</summary>
    public MessagePackHubProtocol()
        : this(new JsonHubProtocolOptions().PayloadSerializerOptions)
    {
    }

    /// <summary>A protocol that binds by these options.</summary>
    /// <param name="options">How arguments and results are read from JSON and written to it.</param>
    public MessagePackHubProtocol(JsonSerializerOptions options)
        : this(options, maxJsonBytes: int.MaxValue)
    {
    }

    /// <param name="options">How arguments and results are read from JSON and written to it.</param>
    /// <param name="maxJsonBytes">How many bytes of JSON one argument or result may become.</param>
    internal MessagePackHubProtocol(JsonSerializerOptions options, long maxJsonBytes)
    {
        ArgumentNullException.ThrowIfNull(options);
        _parser = new MessageParser(options, new JsonLimits(MaxDepth, maxJsonBytes));
        _composer = new MessageComposer(options, MaxDepth);
    }

    /// <summary><c>messagepack</c>.</summary>
    public string Name => "messagepack";

    /// <summary>2, which means the same as 1 but where stateful reconnect is used.</summary>
    public int Version => 2;

    /// <inheritdoc/>
    public TransferFormat TransferFormat => TransferFormat.Binary;

    /// <inheritdoc/>
    public bool IsVersionSupported(int version) => version <= Version;

    /// <inheritdoc/>
    /// <remarks>A message of an unknown type is read and gives none: false, with the input behind it.</remarks>
    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        message = null;
        if (!LengthPrefix.TryRead(input, out var prefix))
        {
            return false;
        }

        var length = prefix.Length ?? throw new InvalidDataException("A message's length is 1 to 5 bytes, and 2 GB at most.");
        if (input.Length - prefix.Bytes < length)
        {
            return false;
        }

        var content = input.Slice(prefix.Bytes, length);
        input = input.Slice(content.End);
        message = _parser.Parse(content.IsSingleSegment ? content.FirstSpan : content.ToArray(), binder);
        return message is not null;
    }

    /// <inheritdoc/>
    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var content = Compose(message);
        Span<byte> prefix = stackalloc byte[LengthPrefix.MaxBytes];
        output.Write(prefix[..LengthPrefix.Write(content.Length, prefix)]);
        output.Write(content);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message)
    {
        var content = Compose(message);
        Span<byte> prefix = stackalloc byte[LengthPrefix.MaxBytes];
        return (byte[])[.. prefix[..LengthPrefix.Write(content.Length, prefix)], .. content];
    }

    private ReadOnlySpan<byte> Compose(HubMessage message)
    {
        var content = new ArrayBufferWriter<byte>();
        _composer.Compose(message, content);
        return content.WrittenSpan;
    }
}
