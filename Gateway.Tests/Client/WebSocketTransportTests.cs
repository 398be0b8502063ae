using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Client;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Client;

/// <summary>The WebSocket under Microsoft's <c>HubConnection</c>: however it ends, both sides hear of it.</summary>
[TestFixture]
public sealed class WebSocketTransportTests
{
    private TestGateway _gateway = null!;

    [SetUp]
    public async Task StartAsync() => _gateway = await TestGateway.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public async Task AbortWhileSending_EndsTheReading_AndIsFreedWithoutAFault()
    {
        // Whether the sending notices before the reading is a matter of luck; of so many, some do.
        for (var i = 0; i < 20; i++)
        {
            var connection = await ConnectAsync();
            connection.Abort(new ConnectionAbortedException());
            await connection.Transport.Output.WriteAsync(new byte[10]);
            await AssertEndsAsync(connection);
        }
    }

    [Test]
    public async Task AbortWhileNobodyReads_EndsTheReading_AndIsFreedWithoutAFault()
    {
        const int Calls = 2_000;
        var connection = await ConnectAsync();
        var call = """{"type":1,"invocationId":"1","target":"GetMembers","arguments":["live:room"]}""" + '\u001e';
        await connection.Transport.Output.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(call, Calls))));

        // The answers are more than the pipe takes, which is then between two reads of the socket.
        using var timeout = new CancellationTokenSource(Bounds.Timeout);
        var unread = 0L;
        while (unread < 64 * 1024)
        {
            await Task.Delay(1, timeout.Token);
            if (connection.Transport.Input.TryRead(out var read))
            {
                unread = read.Buffer.Length;
                connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            }
        }

        connection.Abort(new ConnectionAbortedException());
        await AssertEndsAsync(connection);
    }

    private async Task<ConnectionContext> ConnectAsync()
    {
        await using var services = new HubConnectionBuilder().WithRealtimeGateway(_gateway.HubUrl).Services.BuildServiceProvider();
        var connection = await services.GetRequiredService<IConnectionFactory>().ConnectAsync(services.GetRequiredService<EndPoint>());
        await connection.Transport.Output.WriteAsync(Encoding.UTF8.GetBytes("""{"protocol":"json","version":1}""" + '\u001e'));
        return connection;
    }

    private static async Task AssertEndsAsync(ConnectionContext connection)
    {
        try
        {
            await ReadToTheEndAsync(connection).InTime();
            Assert.Fail("An abort is no end in order.");
        }
        catch (Exception exception) when (exception is not (TimeoutException or AssertionException))
        {
            Assert.That(() => connection.DisposeAsync().AsTask().InTime(), Throws.Nothing);
        }
    }

    private static async Task ReadToTheEndAsync(ConnectionContext connection)
    {
        var isCompleted = false;
        while (!isCompleted)
        {
            var read = await connection.Transport.Input.ReadAsync();
            isCompleted = read.IsCompleted;
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
        }
    }
}
