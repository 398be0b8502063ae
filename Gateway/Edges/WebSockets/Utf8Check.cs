using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>Whether a text that comes in pieces is UTF-8 (RFC 6455, section 8.1). A character may come in two of them.</summary>
internal struct Utf8Check
{
    private const int MostOfCharacter = 4;

    // What has come of a character, the first byte lowest.
    private uint _begun;
    private int _begunBytes;

    /// <summary>Whether the text could end here.</summary>
    public readonly bool IsWhole => _begunBytes == 0;

    /// <summary>Takes the next piece; false when it cannot be one.</summary>
    public bool TryAppend(ReadOnlySpan<byte> piece)
    {
        while (_begunBytes > 0 && !piece.IsEmpty)
        {
            if (!TryContinue(piece[0]))
            {
                return false;
            }

            piece = piece[1..];
        }

        var begun = BytesOfUnfinished(piece);
        if (!Utf8.IsValid(piece[..^begun]))
        {
            return false;
        }

        foreach (var next in piece[^begun..])
        {
            if (!TryContinue(next))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryContinue(byte next)
    {
        Span<byte> character = stackalloc byte[MostOfCharacter];
        for (var i = 0; i < _begunBytes; i++)
        {
            character[i] = (byte)(_begun >> (8 * i));
        }

        character[_begunBytes] = next;
        switch (Rune.DecodeFromUtf8(character[..(_begunBytes + 1)], out _, out _))
        {
            case OperationStatus.Done:
                (_begun, _begunBytes) = (0, 0);
                return true;
            case OperationStatus.NeedMoreData:
                _begun |= (uint)next << (8 * _begunBytes);
                _begunBytes++;
                return true;
            default:
                return false;
        }
    }

    /// <summary>How many bytes at the end may be the beginning of a character.</summary>
    private static int BytesOfUnfinished(ReadOnlySpan<byte> piece)
    {
        for (var bytes = 1; bytes < MostOfCharacter && bytes <= piece.Length; bytes++)
        {
            var first = piece[^bytes];
            if ((first & 0xc0) != 0x80)
            {
                var whole = first switch { >= 0xf0 => 4, >= 0xe0 => 3, >= 0xc0 => 2, _ => 1 };
                return whole > bytes ? bytes : 0;
            }
        }

        return 0;
    }
}
