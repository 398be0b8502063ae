using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security;
using RealtimeGateway.Sessions;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>A session that was ended, on a connection that is not gone yet: its client does not read, so the end is not sent.</summary>
[TestFixture]
public sealed class SessionEndTests
{
    private static readonly JsonElement Data = JsonElement.Parse("{}");

    [Test]
    public async Task SessionThatTheRulesEnded_DoesNothingMore()
    {
        var settings = new ChangingSettings();
        await using var gateway = await TestGateway.StartAsync([("Broadcast:1", "any")], sources: settings);
        var observer = await gateway.ConnectAsync(TestTokens.For("ann"));
        await observer.SubscribeAsync("live:room");
        var connection = new DeafConnection();
        var session = new Session(connection, Guest, gateway.Services.GetRequiredService<SessionServices>());
        await session.OpenAsync();
        Assert.That((await session.SubscribeAsync(new SubscribeRequest { Channels = [new ChannelRequest("live:room")] }, default)).Error, Is.Null);

        settings.Change(("Auth:RequireSession", "true"));
        Assert.That((await connection.Closed).Code, Is.EqualTo(ErrorCodes.Unauthenticated));
        var publication = new PublishRequest { Channel = "live:room", Event = "message", Data = Data };
        Assert.Multiple(async () =>
        {
            Assert.That((await session.SubscribeAsync(new SubscribeRequest { Channels = [new ChannelRequest("live:room")] }, default)).Error?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That((await session.Operations.PublishAsync(session, publication, default)).Error?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That((await session.Operations.BroadcastAsync(session, "message", Data, id: null, default)).Error?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That((await session.Operations.GetMembersAsync(session, new MembersRequest { Channel = "live:room" }, default)).Error?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That((await session.Operations.GetHistoryAsync(session, new HistoryRequest { Channel = "chat:room" }, default)).Error?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That((await session.AuthenticateAsync(TestTokens.For("bob"), default)).Error?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That((await session.UpdateProfileAsync(Data, default))?.Code, Is.EqualTo(ErrorCodes.Unavailable));
            Assert.That((await observer.GetMembersAsync("live:room")).Members.Select(member => member.UserId), Is.EqualTo(new[] { "ann" }));
            Assert.That(await observer.EventsUntilNowAsync(), Is.Empty);
        });
        await session.CloseAsync();
        Assert.That(gateway.Services.GetRequiredService<SessionRegistry>().Find(connection.Id), Is.Null);
    }

    private static Admitted Guest => new(Identity.Guest, Key: null, Basis: null, new Whereabouts(System.Net.IPAddress.Loopback, Origin: null));

    /// <summary>A connection whose client reads nothing.</summary>
    private sealed class DeafConnection : IClientConnection, IOutlet
    {
        private readonly TaskCompletionSource<Error> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Id { get; } = Guid.NewGuid().ToString("N");

        public string Transport => "none";

        public int UnsentBytes => 0;

        public bool HasRoom => false;

        public Task<Error> Closed => _closed.Task.InTime();

        public IOutlet Outlet => this;

        public ValueTask WaitForRoomAsync() => new(_closed.Task);

        public void Send(Outbound message)
        {
        }

        public void Notify(SubscriptionMessage message)
        {
        }

        public void Close(Error reason) => _closed.TrySetResult(reason);

        public void OnUserChanged(string? userId)
        {
        }
    }
}
