using RealtimeGateway.Bench.BareSignalR;

// SignalR as its template has it. It logs what goes wrong only, as the gateway does while it is measured.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSignalR().AddMessagePackProtocol();
var app = builder.Build();
app.MapHub<GroupHub>("/hub");
await app.StartAsync();
Console.WriteLine("BareSignalR is ready: " + app.Urls.First());
await app.WaitForShutdownAsync();
