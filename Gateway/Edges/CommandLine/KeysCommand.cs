namespace RealtimeGateway.Edges.CommandLine;

/// <summary><c>keys new</c>: draws a new API key, and prints it once together with the entry that lets it in. No gateway starts.</summary>
internal static class KeysCommand
{
    /// <summary>What the command line begins with that is meant.</summary>
    public const string Name = "keys";

    private const int WrongUsage = 2;

    private const string Usage = """
        Usage: keys new --name NAME --scopes SCOPE[,SCOPE...] [--channels PATTERN,...] [--origins ORIGIN,...]
                        [--networks NETWORK,...] [--expires 90d]
        For example: dotnet run --project Gateway -- keys new --name backend --scopes publish,presence
        """;

    /// <summary>Does what the arguments say, and returns the program's exit code.</summary>
    /// <param name="arguments">What follows <see cref="Name"/>.</param>
    /// <param name="time">What an end is counted from.</param>
    /// <param name="output">Where the key goes, and nothing else.</param>
    /// <param name="complaints">Where mistakes go.</param>
    public static int Run(ReadOnlySpan<string> arguments, TimeProvider time, TextWriter output, TextWriter complaints)
    {
        var problems = new List<string>();
        if (arguments is not ["new", .. var options])
        {
            problems.Add("'keys' makes new keys: say 'keys new'.");
        }
        else if (NewKey.Read(options, time, problems) is { } key && problems.Count == 0)
        {
            output.WriteLine("The key. It is shown this once: the gateway knows its SHA-256 only.");
            output.WriteLine();
            output.WriteLine("  " + key.Text);
            output.WriteLine();
            output.WriteLine("Its entry in Gateway:Auth:ApiKeys of appsettings.json:");
            output.WriteLine();
            output.WriteLine(key.Entry);
            return 0;
        }

        foreach (var problem in problems)
        {
            complaints.WriteLine(problem);
        }

        complaints.WriteLine(Usage);
        return WrongUsage;
    }
}
