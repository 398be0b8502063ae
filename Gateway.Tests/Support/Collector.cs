using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RealtimeGateway.Tests.Support;

/// <summary>Takes what is sent by OTLP over HTTP, and keeps the bytes. The names and texts in protobuf are UTF-8 as they are.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(string Path, string Body)> _received = [];
    private readonly WebApplication _app;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Collector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/{**path}", TakeAsync);
    }

    /// <summary>Its address, without a slash at the end.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>All that it got, with the paths.</summary>
    public string Everything
    {
        get
        {
            lock (_lock)
            {
                return string.Join('\n', _received.Select(entry => entry.Path + '\n' + entry.Body));
            }
        }
    }

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>The first that came to this path with this text in it.</summary>
    public async Task<string> UntilAsync(string path, string text)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_received.FirstOrDefault(entry => entry.Path == path && entry.Body.Contains(text, StringComparison.Ordinal)).Body is { } found)
                {
                    return found;
                }

                changed = _changed.Task;
            }

            await changed.InTime();
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        lock (_lock)
        {
            _received.Add((context.Request.Path, Encoding.UTF8.GetString(body.ToArray())));
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }
}
