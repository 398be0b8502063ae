namespace RealtimeGateway.MessagePack;

/// <summary>How deep arrays and maps nest in a MessagePack value.</summary>
internal static class MessagePackDepth
{
    /// <summary>Whether a value nests deeper than this. What comes after the place where it does is not looked at.</summary>
    /// <exception cref="InvalidDataException">It is no MessagePack.</exception>
    public static bool Exceeds(ReadOnlySpan<byte> value, int maxDepth)
    {
        Span<long> left = stackalloc long[maxDepth + 1];
        left[0] = 1;
        var reader = new MessagePackReader(value);
        for (var depth = 0; depth >= 0;)
        {
            if (left[depth] == 0)
            {
                depth--;
                continue;
            }

            left[depth]--;
            var isContainer = reader.NextKind is MessagePackKind.Array or MessagePackKind.Map;
            if (isContainer && depth == maxDepth)
            {
                return true;
            }

            var items = reader.SkipOne();
            if (isContainer)
            {
                left[++depth] = items;
            }
        }

        return false;
    }
}
