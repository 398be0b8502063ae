using System.Diagnostics;
using RealtimeGateway.Bench.Nodes;

Load load;
try
{
    load = Load.Parse(args);
}
catch (FormatException exception)
{
    Console.Error.WriteLine(exception.Message);
    Console.Error.WriteLine("What can be said, and what it is by default: " + Load.Usage);
    return 2;
}

try
{
    await MeasureAsync(load);
    return 0;
}
catch (Exception exception)
{
    // What was started has been ended on the way here.
    Console.Error.WriteLine("Nothing was measured: " + exception.Message);
    return 1;
}

static async Task MeasureAsync(Load load)
{
    // All of them run all the time, so that none is measured cold, and take turns at being used.
    var begun = Stopwatch.GetTimestamp();
    await using var redis = await Server.StartRedisAsync();
    await using var alone = await Server.StartGatewayAsync();
    await using var onRedis = await Server.StartGatewayAsync(redis, "one:");
    await using var first = await Server.StartGatewayAsync(redis, "two:");
    await using var second = await Server.StartGatewayAsync(redis, "two:");
    var memory = new Arrangement("one node, in memory", [alone]);
    Arrangement[] arrangements = [memory, new("one node over Redis", [onRedis]), new("two nodes over one Redis", [first, second])];

    Console.WriteLine($"{load.Subscribers} subscribers in {load.Channels} channels ({load.Readers} deliveries of each publication), "
        + $"{load.Publishers} publishers with {load.Window} unanswered each, {load.Bytes} bytes; "
        + $"{load.Rounds} rounds of {load.Seconds} s; {Environment.ProcessorCount} processors for all of it.");

    // The first round is for the compiler, and does not count.
    for (var round = 0; round <= load.Rounds; round++)
    {
        foreach (var arrangement in arrangements)
        {
            await arrangement.MeasureAsync(load, counts: round > 0);
        }
    }

    Console.WriteLine();
    Console.WriteLine("| arrangement | publications/s | deliveries/s | publications, to the first | deliveries, to the first |");
    Console.WriteLine("|---|---|---|---|---|");
    foreach (var arrangement in arrangements)
    {
        Console.WriteLine(arrangement.RowAgainst(memory));
    }

    Console.WriteLine();
    Console.WriteLine($"It took {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s.");
}
