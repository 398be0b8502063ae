using System.Buffers;
using System.Text.Json;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>
/// Finds out, of a JSON hub message too large or too deep to be read, what it was: how deep it goes, and which call it wanted.
/// It takes the bytes piece by piece, keeps no more than a few of them, and does not care where the properties stand.
/// </summary>
internal sealed class FrameScanner
{
    private const int MaxCaptured = 256;

    private readonly byte[] _captured = new byte[MaxCaptured];
    private int _length;
    private bool _isTooLong;
    private int _depth;
    private bool _isInString;
    private bool _isEscaped;
    private bool _isKey;
    private string? _key;

    /// <summary>How deep arrays and objects nest, the message's own object included.</summary>
    public int MaxDepth { get; private set; }

    /// <summary>The message's <c>type</c>, if it was found.</summary>
    public string? Type { get; private set; }

    /// <summary>The message's <c>invocationId</c>, if it has one.</summary>
    public string? InvocationId { get; private set; }

    public void Feed(in ReadOnlySequence<byte> bytes)
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
                Reset(isKey: true);
                break;
            case (byte)'}' or (byte)']':
                EndValue();
                _depth--;
                break;
            case (byte)',':
                EndValue();
                Reset(isKey: true);
                break;
            case (byte)':':
                _key = Take();
                Reset(isKey: false);
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

    private void EndValue()
    {
        if (_depth == 1 && !_isKey)
        {
            switch (_key)
            {
                case "invocationId":
                    InvocationId = Take();
                    break;
                case "type":
                    Type = Take();
                    break;
            }
        }

        _key = _depth == 1 ? null : _key;
    }

    private void Reset(bool isKey)
    {
        _isKey = isKey;
        _length = 0;
        _isTooLong = false;
    }

    // Only what stands directly in the message's object is of interest.
    private void Capture(byte next)
    {
        if (_depth != 1)
        {
            return;
        }

        _isTooLong |= _length == MaxCaptured;
        if (!_isTooLong)
        {
            _captured[_length++] = next;
        }
    }

    private string? Take()
    {
        if (_depth != 1 || _isTooLong || _length == 0)
        {
            return null;
        }

        try
        {
            using var value = JsonDocument.Parse(_captured.AsMemory(0, _length));
            return value.RootElement.ToString();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
