using System.Text;

namespace RealtimeGateway.Bench.Driver.Load;

/// <summary>The data of publications: a text that holds its number in nine digits, <c>#000000123#xxx…</c>, the same in every dialect.</summary>
internal static class Payload
{
    public const int Digits = 9;

    /// <summary>What the number is written over.</summary>
    public const string Placeholder = "000000000";

    private const int Length = 100;

    /// <summary>100 characters, without quotes.</summary>
    public static string Text { get; } = $"#{Placeholder}#".PadRight(Length, 'x');

    /// <summary>Finds the number in what was delivered.</summary>
    /// <returns>It; 0 if there is none.</returns>
    public static int Find(ReadOnlySpan<byte> message)
    {
        var start = message.IndexOf((byte)'#') + 1;
        if (start == 0 || message.Length <= start + Digits || message[start + Digits] != '#')
        {
            return 0;
        }

        var number = 0;
        foreach (var digit in message.Slice(start, Digits))
        {
            number = (number * 10) + (digit - '0');
        }

        return number;
    }

    /// <summary>Writes a number over digits.</summary>
    public static void Write(Span<byte> digits, int number)
    {
        for (var i = Digits - 1; i >= 0; i--)
        {
            digits[i] = (byte)('0' + (number % 10));
            number /= 10;
        }
    }

    /// <summary>Where in bytes the placeholders are.</summary>
    public static int[] Places(ReadOnlySpan<byte> bytes)
    {
        var places = new List<int>();
        var placeholder = Encoding.ASCII.GetBytes(Placeholder);
        for (var at = 0; bytes[at..].IndexOf(placeholder) is >= 0 and var next; at = places[^1] + Digits)
        {
            places.Add(at + next);
        }

        return [.. places];
    }
}
