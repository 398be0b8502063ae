using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>A server that says exactly what a test says, over one WebSocket, and lays up what it hears.</summary>
internal sealed class ScriptedGateway : IAsyncDisposable
{
    private const char RecordSeparator = '\u001e';

    private readonly WebApplication _app;
    private WebSocket? _socket;

    private ScriptedGateway()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Map("/realtime", TakeAsync);
    }

    public Uri Url => new(_app.Urls.Single() + "/realtime");

    /// <summary>Every message that came, as it is written.</summary>
    public Inbox<string> Heard { get; } = new();

    public static async Task<ScriptedGateway> StartAsync()
    {
        var gateway = new ScriptedGateway();
        await gateway._app.StartAsync();
        return gateway;
    }

    /// <summary>Says a message as it is written.</summary>
    public Task SayAsync(string message) =>
        _socket!.SendAsync(Encoding.UTF8.GetBytes(message + RecordSeparator), WebSocketMessageType.Text, true, CancellationToken.None).InTime();

    /// <summary>The next call; other messages are passed over.</summary>
    public async Task<JsonNode> NextCallAsync()
    {
        while (true)
        {
            var message = JsonNode.Parse(await Heard.NextAsync())!;
            if (message["type"]?.GetValue<int>() == 1)
            {
                return message;
            }
        }
    }

    /// <summary>Answers a call with the result of a sample.</summary>
    public Task AnswerAsync(JsonNode call, string sample)
    {
        var answer = JsonNode.Parse(sample)!;
        answer["invocationId"] = call["invocationId"]!.GetValue<string>();
        return SayAsync(answer.ToJsonString());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        _socket = await context.WebSockets.AcceptWebSocketAsync();
        var (buffer, partial) = (new byte[64 * 1024], new StringBuilder());
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                var parts = partial.Append(Encoding.UTF8.GetString(buffer, 0, read.Count)).ToString().Split(RecordSeparator);
                foreach (var message in parts[..^1])
                {
                    await HearAsync(message);
                }

                partial.Clear().Append(parts[^1]);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // It was cut.
        }
    }

    private Task HearAsync(string message)
    {
        Heard.Add(message);
        return message.Contains("\"protocol\"", StringComparison.Ordinal) ? SayAsync("{}") : Task.CompletedTask;
    }
}
