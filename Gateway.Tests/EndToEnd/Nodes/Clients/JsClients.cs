using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.EndToEnd.Nodes.Clients;

/// <summary>Clients of the npm package, all in one process of Node, which does what it reads and writes what they are told, a line each.</summary>
internal sealed class JsClients : IAsyncDisposable
{
    private readonly Process _process;
    private readonly IReadOnlyList<JsClient> _clients;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Task _reading;

    private JsClients(Process process, IReadOnlyList<ClientLog> logs)
    {
        _process = process;
        _clients = [.. logs.Select((log, index) => new JsClient(this, index, log))];
        _reading = ReadAsync();
    }

    public IReadOnlyList<ICheckedClient> All => _clients;

    /// <summary>Starts them, every second one with MessagePack, and returns when all have subscribed.</summary>
    public static async Task<JsClients> StartAsync(Uri hub, string channel, IReadOnlyList<string> tokens, IReadOnlyList<ClientLog> logs)
    {
        var start = new ProcessStartInfo("node", ["test/support/checkedClients.mjs"])
        {
            WorkingDirectory = Repository.PathOf("clients/js"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var clients = new JsClients(Process.Start(start)!, logs);
        await clients.WriteAsync(new { hub, channel, tokens });
        await Task.WhenAll(clients._clients.Select(client => client.Subscribed)).InTime();
        return clients;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _reading.InTime();
        _process.Dispose();
        _writing.Dispose();
    }

    private async Task WriteAsync(object command)
    {
        await _writing.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command));
            await _process.StandardInput.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var told = JsonNode.Parse(line)!;
            _clients[(int)told["client"]!].Take(told);
        }
    }

    private sealed class JsClient(JsClients process, int index, ClientLog log) : ICheckedClient
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource<PublishOutcome>> _sends = new();
        private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ClientLog Log => log;

        public Task Subscribed => _subscribed.Task;

        public async Task<PublishOutcome> SendAsync(string text)
        {
            var answer = _sends[text] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await process.WriteAsync(new { client = index, text });
            return await answer.Task;
        }

        public void Take(JsonNode told)
        {
            switch ((string)told["told"]!)
            {
                case "connected":
                    log.Connected();
                    break;
                case "subscribed":
                    log.Subscribed(PositionIn(told));
                    _subscribed.SetResult();
                    break;
                case "event":
                    log.Event(PositionIn(told), (string)told["id"]!, (string)told["data"]!, (bool?)told["replayed"] is true);
                    break;
                case "notice":
                    log.Notice((string)told["notice"]!);
                    break;
                case "acknowledged":
                    _sends[(string)told["text"]!].SetResult(new PublishOutcome((string)told["id"]!, PositionIn(told)));
                    break;
                case "failed":
                    _sends[(string)told["text"]!].SetResult(new PublishOutcome(Id: null, Code: (string)told["code"]!));
                    break;
            }
        }

        private static Position PositionIn(JsonNode told) => new((string)told["epoch"]!, (long)told["offset"]!);
    }
}
