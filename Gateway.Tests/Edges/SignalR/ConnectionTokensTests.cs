using RealtimeGateway.Edges.SignalR;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.SignalR;

[TestFixture]
public sealed class ConnectionTokensTests
{
    private readonly ManualTime _time = new();

    [Test]
    public void Connection_IsTakenUpOnce_ByItsToken()
    {
        var tokens = new ConnectionTokens(_time);
        tokens.Add("secret", "id");
        Assert.Multiple(() =>
        {
            Assert.That(tokens.TakeUp("Secret"), Is.Null);
            Assert.That(tokens.TakeUp("id"), Is.Null);
            Assert.That(tokens.TakeUp("secret"), Is.EqualTo("id"));
            Assert.That(tokens.TryLeaveToSignalR("secret"), Is.False);
            Assert.That(tokens.TakeUp("secret"), Is.Null);
        });
    }

    [Test]
    public void ConnectionThatSignalRHas_IsNoWebSocketsAnyMore()
    {
        var tokens = new ConnectionTokens(_time);
        tokens.Add("secret", "id");
        Assert.Multiple(() =>
        {
            Assert.That(tokens.TryLeaveToSignalR("unknown"), Is.True);
            Assert.That(tokens.TryLeaveToSignalR("secret"), Is.True);
            Assert.That(tokens.TakeUp("secret"), Is.Null);
            Assert.That(tokens.TryLeaveToSignalR("secret"), Is.True, "and it goes on with it");
        });
    }

    [Test]
    public void Tokens_AreForgotten_AfterSignalRHasForgottenThem()
    {
        var tokens = new ConnectionTokens(_time);
        tokens.Add("old", "1");
        tokens.TakeUp("old");
        _time.Advance(TimeSpan.FromSeconds(16)); // SignalR looks once a second for those that nobody took up for 15 s.
        tokens.Add("new", "2");
        Assert.That(tokens.TryLeaveToSignalR("old"), Is.False);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Multiple(() =>
        {
            Assert.That(tokens.TryLeaveToSignalR("old"), Is.True);
            Assert.That(tokens.TakeUp("new"), Is.EqualTo("2"));
        });
        tokens.Add("newest", "3");
        _time.Advance(TimeSpan.FromSeconds(21));
        Assert.That(tokens.TakeUp("newest"), Is.Null, "nobody has to come for that");
    }
}
