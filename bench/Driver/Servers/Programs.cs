namespace RealtimeGateway.Bench.Driver.Servers;

/// <summary>What is installed on the machine.</summary>
internal static class Programs
{
    // Where Debian has what is no command for everybody, and the modules of nginx.
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':'), "/usr/sbin", "/usr/lib/nginx/modules"];

    public static bool Has(string file) => Folders.Any(folder => File.Exists(Path.Combine(folder, file)));
}
