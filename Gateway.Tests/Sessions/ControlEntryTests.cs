using System.Text;
using RealtimeGateway.Sessions;

namespace RealtimeGateway.Tests.Sessions;

/// <summary>The format that nodes of different versions read of each other.</summary>
[TestFixture]
public sealed class ControlEntryTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 15, 9, 30, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset UpTo = At.AddSeconds(5);

    private static readonly (ControlEntry Entry, string Json)[] Samples =
    [
        (
            new RevokeUser("ann", "stolen", At, UpTo),
            """{"type":"revoke_user","userId":"ann","reason":"stolen","upTo":"2026-01-15T09:30:05+00:00","at":"2026-01-15T09:30:00+00:00","version":1}"""),
        (
            new RevokeToken("jti", "unauthenticated", At),
            """{"type":"revoke_token","tokenId":"jti","reason":"unauthenticated","at":"2026-01-15T09:30:00+00:00","version":1}"""),
        (
            new AssignRoles("ann", ["team:blue/editor", "label:vip"], At.AddTicks(1), UpTo),
            """{"type":"assign_roles","userId":"ann","roles":["team:blue/editor","label:vip"],"upTo":"2026-01-15T09:30:05+00:00","at":"2026-01-15T09:30:00.0000001+00:00","version":1}"""),
        (new DisconnectUser("ann"), """{"type":"disconnect_user","userId":"ann","version":1}"""),
        (new UnsubscribeUser("ann", ["chat:a", "chat:b"]), """{"type":"unsubscribe_user","userId":"ann","channels":["chat:a","chat:b"],"version":1}"""),
    ];

    [Test]
    public void Entry_IsWrittenAndRead_AsItAlwaysWas() => Assert.Multiple(() =>
    {
        foreach (var (entry, json) in Samples)
        {
            Assert.That(Encoding.UTF8.GetString(entry.Write().Span), Is.EqualTo(json));
            Assert.That(ControlEntry.TryRead(Encoding.UTF8.GetBytes(json), out var read), Is.True, json);
            Assert.That(read?.GetType(), Is.EqualTo(entry.GetType()));
            Assert.That(Encoding.UTF8.GetString(read!.Write().Span), Is.EqualTo(json));
        }
    });

    [TestCase("""{"type":"unsubscribe_user","userId":"ann","channels":[null],"version":1}""")]
    [TestCase("""{"type":"unsubscribe_user","userId":"ann","channels":["$user:ann"],"version":1}""")]
    [TestCase("""{"type":"assign_roles","userId":"ann","roles":[null],"upTo":"2026-01-15T09:30:05Z","at":"2026-01-15T09:30:00Z","version":1}""")]
    [TestCase("""{"type":"revoke_token","tokenId":null,"reason":"x","at":"2026-01-15T09:30:00Z","version":1}""")]
    [TestCase("""{"type":"revoke_token","tokenId":"jti","reason":"x","at":"9999-12-31T23:59:59Z","version":1}""")]
    [TestCase("""{"type":"disconnect_user","userId":"ann"}""")]
    [TestCase("""{"userId":"ann","version":1}""")]
    public void EntryThatCannotBeApplied_IsNotRead(string json) =>
        Assert.That(ControlEntry.TryRead(Encoding.UTF8.GetBytes(json), out _), Is.False);

    [Test]
    public void AnyBytes_AreReadOrNot_AndNeverFail()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(Samples[random.Next(Samples.Length)].Json);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Assert.That(() => ControlEntry.TryRead(bytes.AsMemory(0, random.Next(2) == 0 ? bytes.Length : random.Next(bytes.Length)), out _), Throws.Nothing, Convert.ToHexString(bytes));
        }
    }
}
