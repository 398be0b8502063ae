using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace RealtimeGateway.Filters;

/// <summary>
/// The exact value of a JSON number as sign · 0.DIGITS · 10^MAGNITUDE, where the digits neither begin nor end with 0. Each value
/// has one such form, so that comparing takes no arithmetic, and no exponent is ever expanded.
/// </summary>
internal readonly ref struct ExactNumber
{
    /// <summary>
    /// As many digits of an exponent as are read. A filter's number has fewer, so one in the data that has more is beyond all of
    /// them with or without the rest; reading that would take its square in time.
    /// </summary>
    private const int ExponentDigits = 300;

    private readonly int _sign;
    private readonly ReadOnlySpan<byte> _whole;
    private readonly ReadOnlySpan<byte> _fraction;
    private readonly BigInteger _magnitude;

    /// <summary>Reads a number as JSON has it.</summary>
    public ExactNumber(ReadOnlySpan<byte> number)
    {
        var mantissa = number.TrimStart((byte)'-');
        var exponent = ReadOnlySpan<byte>.Empty;
        if (mantissa.IndexOfAny((byte)'e', (byte)'E') is var e and >= 0)
        {
            exponent = mantissa[(e + 1)..];
            mantissa = mantissa[..e];
        }

        var first = mantissa.IndexOfAnyExcept((byte)'0', (byte)'.');
        if (first < 0)
        {
            // Zero, which has neither sign nor magnitude, however it is written.
            return;
        }

        var end = mantissa.LastIndexOfAnyExcept((byte)'0', (byte)'.') + 1;
        var point = mantissa.IndexOf((byte)'.') is var found and >= 0 ? found : mantissa.Length;
        _sign = number[0] == '-' ? -1 : 1;
        _whole = mantissa[first..Math.Clamp(point, first, end)];
        _fraction = mantissa[Math.Clamp(point + 1, first, end)..end];
        _magnitude = ReadExponent(exponent) + (first < point ? point - first : point + 1 - first);
    }

    private int Digits => _whole.Length + _fraction.Length;

    /// <summary>Negative when this is less than the other, positive when it is greater, 0 when they are equal.</summary>
    /// <remarks>One of the two is a filter's, of <see cref="ScalarReader.MaxNumberLength"/> characters at most.</remarks>
    public int CompareTo(ExactNumber other)
    {
        if (_sign != other._sign)
        {
            return _sign.CompareTo(other._sign);
        }

        var size = _magnitude.CompareTo(other._magnitude);
        return _sign * (size == 0 ? CompareDigits(other) : size);
    }

    /// <summary>The canonical text, in JSON: equal numbers have the same.</summary>
    public override string ToString() => _sign == 0
        ? "0"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{(_sign < 0 ? "-" : "")}0.{Encoding.ASCII.GetString(_whole)}{Encoding.ASCII.GetString(_fraction)}e{_magnitude}");

    private int CompareDigits(ExactNumber other)
    {
        for (var i = 0; i < Digits && i < other.Digits; i++)
        {
            if (DigitAt(i) != other.DigitAt(i))
            {
                return DigitAt(i) - other.DigitAt(i);
            }
        }

        return Digits - other.Digits;
    }

    private byte DigitAt(int index) => index < _whole.Length ? _whole[index] : _fraction[index - _whole.Length];

    private static BigInteger ReadExponent(ReadOnlySpan<byte> exponent)
    {
        if (exponent.IsEmpty)
        {
            return BigInteger.Zero;
        }

        if (Utf8Parser.TryParse(exponent, out long value, out _))
        {
            return value;
        }

        var digits = exponent.TrimStart("+-0"u8);
        var read = digits[..Math.Min(digits.Length, ExponentDigits)];
        var size = BigInteger.Parse(Encoding.ASCII.GetString(read), CultureInfo.InvariantCulture);
        return exponent[0] == '-' ? -size : size;
    }
}
