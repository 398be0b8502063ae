using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RealtimeGateway.Configuration;
using RealtimeGateway.Security.Keys;

namespace RealtimeGateway.Edges.CommandLine;

/// <summary>An API key that was just drawn.</summary>
/// <param name="Text">The key.</param>
/// <param name="Entry">What the configuration is to hold of it, as JSON.</param>
internal sealed record NewKey(string Text, string Entry)
{
    private const int RandomBytes = 32;

    // What is at its default is left out, so that the entry says what was asked for.
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Makes one as the options say; <paramref name="problems"/> gets a sentence for each mistake.</summary>
    public static NewKey Read(ReadOnlySpan<string> options, TimeProvider time, ICollection<string> problems)
    {
        // The prefix lets people and scanners of secrets see what it is.
        var text = "rg_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        var key = new ApiKeyOptions { Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) };
        for (var i = 0; i < options.Length; i += 2)
        {
            if (i + 1 == options.Length)
            {
                problems.Add($"{options[i]} lacks its value.");
            }
            else
            {
                Set(key, options[i], options[i + 1], time, problems);
            }
        }

        if (key.Scopes.Count == 0)
        {
            problems.Add("--scopes is needed: without a scope a key is good for nothing.");
        }

        Check(key, time, problems);
        return new NewKey(text, Write(key));
    }

    private static void Set(ApiKeyOptions key, string option, string value, TimeProvider time, ICollection<string> problems)
    {
        switch (option)
        {
            case "--name":
                key.Name = value;
                break;
            case "--scopes":
                key.Scopes = List(value);
                break;
            case "--channels":
                key.Channels = List(value);
                break;
            case "--origins":
                key.Origins = List(value);
                break;
            case "--networks":
                key.Networks = List(value);
                break;
            case "--expires" when TryReadSpan(value, out var span):
                key.ExpiresAt = time.GetUtcNow() + span;
                break;
            case "--expires":
                problems.Add($"--expires '{value}' is no number of days or hours, such as 90d or 12h.");
                break;
            default:
                problems.Add($"{option} is no option.");
                break;
        }
    }

    private static string[] List(string value) => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool TryReadSpan(string value, out TimeSpan span)
    {
        span = default;
        if (value.Length < 2 || !int.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > 100_000)
        {
            return false;
        }

        span = value[^1] switch
        {
            'd' => TimeSpan.FromDays(number),
            'h' => TimeSpan.FromHours(number),
            _ => TimeSpan.Zero,
        };
        return span > TimeSpan.Zero;
    }

    // By what reads it when the gateway starts: what is printed is taken.
    private static void Check(ApiKeyOptions key, TimeProvider time, ICollection<string> problems)
    {
        var found = new List<string>();
        ApiKeyRing.Compile([key], time, found);
        foreach (var problem in found)
        {
            problems.Add(problem.Replace($"{GatewayOptions.Section}:Auth:ApiKeys:0:", string.Empty, StringComparison.Ordinal));
        }
    }

    private static string Write(ApiKeyOptions key) => JsonSerializer.Serialize(
        new
        {
            key.Name,
            key.Sha256,
            key.Scopes,
            Channels = Said(key.Channels),
            Origins = Said(key.Origins),
            Networks = Said(key.Networks),
            ExpiresAt = key.ExpiresAt?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        },
        Json);

    private static IList<string>? Said(IList<string> list) => list.Count == 0 ? null : list;
}
