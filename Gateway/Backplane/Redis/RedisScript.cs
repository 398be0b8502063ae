using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace RealtimeGateway.Backplane.Redis;

/// <summary>
/// The scripts, each a file of its own that says what it does. They are called by their hash only: a server that does not know it is
/// not the one that was spoken to before, and that must be found out before anything is written.
/// </summary>
internal sealed class RedisScript
{
    private static readonly List<RedisScript> Made = [];

    public static readonly RedisScript Identify = new("identify");
    public static readonly RedisScript Publish = new("publish");
    public static readonly RedisScript Begin = new("begin");
    public static readonly RedisScript Read = new("read");
    public static readonly RedisScript Check = new("check");
    public static readonly RedisScript Touch = new("touch");
    public static readonly RedisScript Hear = new("hear");
    public static readonly RedisScript Unhear = new("unhear");
    public static readonly RedisScript Send = new("send");
    public static readonly RedisScript Enter = new("enter", "announce");
    public static readonly RedisScript Leave = new("leave", "announce");
    public static readonly RedisScript Members = new("members");
    public static readonly RedisScript Connections = new("connections");
    public static readonly RedisScript Channels = new("channels");
    public static readonly RedisScript Renew = new("renew");
    public static readonly RedisScript Report = new("report");
    public static readonly RedisScript Retire = new("retire");
    public static readonly RedisScript Nodes = new("nodes");
    public static readonly RedisScript Due = new("due");
    public static readonly RedisScript Forget = new("forget");
    public static readonly RedisScript Entered = new("entered");
    public static readonly RedisScript Remember = new("remember");
    public static readonly RedisScript Recall = new("recall");
    public static readonly RedisScript Count = new("count");
    public static readonly RedisScript Versions = new("versions");

    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by SHA-1.")]
    private RedisScript(string name, params string[] shared)
    {
        Name = name;
        var text = FileOf(name);
        var afterFlags = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        Text = text[..afterFlags] + FileOf("shared") + string.Concat(shared.Select(FileOf)) + text[afterFlags..];
        Hash = SHA1.HashData(Encoding.UTF8.GetBytes(Text));
        Made.Add(this);
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RedisScript> All => Made;

    public string Name { get; }

    /// <summary>What Redis is given.</summary>
    public string Text { get; }

    /// <summary>By which it knows it from then on.</summary>
    public byte[] Hash { get; }

    private static string FileOf(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream($"redis.{name}.lua")
            ?? throw new InvalidOperationException($"The script {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
