using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using RealtimeGateway;

// The settings are those of the folder one works in, if it has any, else those that came with the program.
var folder = File.Exists("appsettings.json") ? Directory.GetCurrentDirectory() : AppContext.BaseDirectory;
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = folder });

// Its line for each request holds the query, and so the tokens and keys of those who can set no header (promise 15).
builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
builder.Services.AddRealtimeGateway();

await using var app = builder.Build();
try
{
    app.MapRealtimeGateway();
    app.AnnounceWhenReady();
    await app.RunAsync();
    return 0;
}
catch (OptionsValidationException exception)
{
    await Console.Error.WriteLineAsync("The gateway does not start: its configuration is wrong.");
    foreach (var failure in exception.Failures)
    {
        await Console.Error.WriteLineAsync("  " + failure);
    }

    return 1;
}
catch (IOException exception) when (exception.InnerException is AddressInUseException)
{
    await Console.Error.WriteLineAsync($"The gateway does not start: {exception.Message} Choose another with --urls http://localhost:5081.");
    return 1;
}
