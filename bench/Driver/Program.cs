using RealtimeGateway.Bench.Driver;
using RealtimeGateway.Bench.Driver.Scenarios;

Options options;
try
{
    options = Options.Parse(args);
}
catch (FormatException exception)
{
    Console.Error.WriteLine(exception.Message);
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

FanOut.Run(options);
return 0;
