using System.Buffers;
using System.Text.Json;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Reads nothing and sees what a message of the JSON protocol was: how deep it goes, and which call it wanted. It keeps no more than a
/// few bytes, and does not care where the properties stand.
/// </summary>
internal sealed class JsonFrameScanner : IFrameScanner
{
    private const int MaxCaptured = 256;

    private readonly byte[] _captured = new byte[MaxCaptured];
    private int _length;
    private bool _isTooLong;
    private int _depth;
    private bool _isInString;
    private bool _isEscaped;
    private Property _property;
    private byte[]? _type;
    private byte[]? _invocationId;

    private enum Property
    {
        None,
        Other,
        Type,
        InvocationId,
    }

    /// <summary>How deep arrays and objects nest, the message's own object included.</summary>
    public int MaxDepth { get; private set; }

    public string? Type => Read(_type);

    public string? InvocationId => Read(_invocationId);

    public bool TakeUntilEnd(ref ReadOnlySequence<byte> bytes)
    {
        var end = bytes.PositionOf(JsonFraming.RecordSeparator);
        Scan(end is { } known ? bytes.Slice(0, known) : bytes);
        bytes = bytes.Slice(end is { } position ? bytes.GetPosition(1, position) : bytes.End);
        return end is not null;
    }

    /// <summary>Looks at a part of a message.</summary>
    public void Scan(in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            foreach (var next in segment.Span)
            {
                Feed(next);
            }
        }
    }

    private void Feed(byte next)
    {
        if (_isInString)
        {
            FeedString(next);
            return;
        }

        switch (next)
        {
            case (byte)'"':
                _isInString = true;
                Capture(next);
                break;
            case (byte)'{' or (byte)'[':
                _depth++;
                MaxDepth = Math.Max(MaxDepth, _depth);
                break;
            case (byte)'}' or (byte)']':
                EndProperty();
                _depth--;
                break;
            case (byte)',':
                EndProperty();
                break;
            case (byte)':':
                BeginValue();
                break;
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                break;
            default:
                Capture(next);
                break;
        }
    }

    private void FeedString(byte next)
    {
        Capture(next);
        if (_isEscaped)
        {
            _isEscaped = false;
        }
        else if (next == (byte)'\\')
        {
            _isEscaped = true;
        }
        else if (next == (byte)'"')
        {
            _isInString = false;
        }
    }

    // Only what stands directly in the message's object is of interest, and of that two properties.
    private void BeginValue()
    {
        if (_depth == 1)
        {
            var name = _captured.AsSpan(0, _length);
            _property = name.SequenceEqual("\"type\""u8) ? Property.Type
                : name.SequenceEqual("\"invocationId\""u8) ? Property.InvocationId
                : Property.Other;
            Forget();
        }
    }

    private void EndProperty()
    {
        if (_depth != 1)
        {
            return;
        }

        if (_property is Property.Type or Property.InvocationId)
        {
            var value = _isTooLong ? null : _captured.AsSpan(0, _length).ToArray();
            (_type, _invocationId) = _property == Property.Type ? (value, _invocationId) : (_type, value);
        }

        _property = Property.None;
        Forget();
    }

    private void Forget()
    {
        _length = 0;
        _isTooLong = false;
    }

    private void Capture(byte next)
    {
        if (_depth != 1 || _property == Property.Other)
        {
            return;
        }

        _isTooLong |= _length == MaxCaptured;
        if (!_isTooLong)
        {
            _captured[_length++] = next;
        }
    }

    private static string? Read(byte[]? value)
    {
        if (value is not { Length: > 0 })
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(value);
            return json.RootElement.ToString();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or a text that is no Unicode.
            return null;
        }
    }
}
