using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using RealtimeGateway;
using RealtimeGateway.Configuration;
using RealtimeGateway.Edges;
using RealtimeGateway.Edges.CommandLine;

if (args is [KeysCommand.Name, .. var rest])
{
    return KeysCommand.Run(rest, TimeProvider.System, Console.Out, Console.Error);
}

try
{
    // The settings are those of the folder one works in, if it has any, else those that came with the program.
    var folder = File.Exists("appsettings.json") ? Directory.GetCurrentDirectory() : AppContext.BaseDirectory;
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = folder });

    // Its line for each request holds the query, and so the tokens and keys of those who can set no header (promise 15). As long as it
    // could write anything, there would be an activity for each request and connection; they are for whoever listens to them.
    builder.Services.LimitLog("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

    // At Debug it quotes what is no proper request: a line with a query, or the header of a key.
    builder.Services.LimitLog("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Information);

    // Scopes hold the path of a request, and so the tokens of connections; and each connection would keep some for as long as it lives.
    builder.Services.Configure<LoggerFilterOptions>(filter => filter.CaptureScopes = false);

    // Peers that connect and say nothing, or begin a request and do not end it, are not waited for long.
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
    });

    // What one connection sent and nobody has read yet; it would be 1 MiB, of strangers too.
    builder.WebHost.UseSockets(sockets => sockets.MaxReadBufferSize = 64 * 1024);

    // What stops the start is told below, in a sentence.
    builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    builder.Services.AddRealtimeGateway();

    // What requests have left when the sessions are gone.
    builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));

    await using var app = builder.Build();

    // It has sent the last of it before the application is disposed, and with it what is counted.
    using var export = new OtlpExport();
    LetEndpointsAuthorize(app);
    app.MapRealtimeGateway();
    var chat = ChatSample.Of(app.Environment);
    chat?.Serve(app);
    app.AnnounceWhenReady(chat);
    ExitDeadline.Register(app.Lifetime, ExitDeadline.Limit, () => Environment.Exit(0));
    await app.StartAsync();
    await app.WaitForShutdownAsync();
    return 0;
}
catch (OptionsValidationException exception)
{
    return await RefuseAsync(exception.Failures);
}
catch (InvalidDataException exception)
{
    return await RefuseAsync(new[] { exception.Message, UnreadableFile.Describe(exception) }.Distinct());
}
catch (IOException exception) when (exception.InnerException is AddressInUseException)
{
    return await RefuseAsync([exception.Message, "Choose another: dotnet run --project Gateway -- --urls http://localhost:5081"]);
}

// Who may do what, the gateway decides itself. Where nobody says where it is to be, ASP.NET Core puts its own authorization, which comes
// with SignalR, in front of the endpoints: it would find nothing to decide, and keep something for each connection.
static void LetEndpointsAuthorize(WebApplication app) => app.UseRouting().UseEndpoints(_ => { }).UseAuthorization();

static async Task<int> RefuseAsync(IEnumerable<string> reasons)
{
    await Console.Error.WriteLineAsync("The gateway does not start:");
    foreach (var reason in reasons)
    {
        await Console.Error.WriteLineAsync("  " + reason);
    }

    return 1;
}
