namespace RealtimeGateway.Backplane;

/// <summary>This gateway among those that share a backplane. It is another after each start.</summary>
/// <param name="Id">Its name: printable, unique, and no secret; operators see it.</param>
internal sealed record Node(string Id)
{
    private const int MaxHostLength = 40;

    /// <summary>A node that was never before, named after its machine.</summary>
    public static Node New()
    {
        var host = string.Concat(Environment.MachineName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.').Take(MaxHostLength));
        return new Node($"{host}-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4))}");
    }
}
