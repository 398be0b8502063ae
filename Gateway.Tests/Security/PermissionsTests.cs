using System.Collections.Frozen;
using RealtimeGateway.Configuration;
using RealtimeGateway.Contracts;
using RealtimeGateway.Security;
using RealtimeGateway.Tests.Security.Policies;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Security;

[TestFixture]
public sealed class PermissionsTests
{
    private static readonly ChannelPolicyOptions[] Channels =
    [
        new() { Pattern = "chat:*", Read = ["any"], Write = ["users"], Presence = ["users/verified"] },
        new() { Pattern = "team:{team}:*", Read = ["team:{team}"], Write = ["team:{team}/owner"], Presence = ["team:{team}"] },
        new() { Pattern = "me:{user}", Read = ["user:{user}"], Write = ["user:{user}/verified"] },
        new() { Pattern = "back:*", Read = ["key:backend"], Write = ["label:admin", "member:m1"] },
        new() { Pattern = "closed:*" },
    ];

    private readonly ManualTime _time = new();

    // Whatever is not in the list of who may is asserted to be denied: each row says it of everybody.
    [TestCase(Right.Read, "chat:1", "guest ann vera owner admin key")]
    [TestCase(Right.Write, "chat:1", "ann vera owner admin")]
    [TestCase(Right.Presence, "chat:1", "vera")]
    [TestCase(Right.Read, "team:blue:1", "ann owner")]
    [TestCase(Right.Write, "team:blue:1", "owner")]
    [TestCase(Right.Presence, "team:blue:1", "ann owner")]
    [TestCase(Right.Read, "team:red:1", "")]
    [TestCase(Right.Read, "team:blue/owner:1", "")]
    [TestCase(Right.Write, "team:blue/owner:1", "")]
    [TestCase(Right.Read, "me:ann", "ann")]
    [TestCase(Right.Write, "me:ann", "")]
    [TestCase(Right.Write, "me:vera", "vera")]
    [TestCase(Right.Presence, "me:ann", "")]
    [TestCase(Right.Read, "back:1", "key")]
    [TestCase(Right.Write, "back:1", "admin")]
    [TestCase(Right.Read, "closed:1", "")]
    [TestCase(Right.Write, "closed:1", "")]
    [TestCase(Right.Presence, "closed:1", "")]
    [TestCase(Right.Read, "nothing:1", "")]
    [TestCase(Right.Read, "CHAT:1", "")]
    [TestCase(Right.Broadcast, "$all", "admin")]
    [TestCase(Right.Broadcast, "chat:1", "admin")]
    [TestCase(Right.Read, "$all", "guest ann vera owner admin key")]
    [TestCase(Right.Write, "$all", "")]
    [TestCase(Right.Presence, "$all", "")]
    [TestCase(Right.Read, "$user:ann", "ann")]
    [TestCase(Right.Write, "$user:ann", "")]
    [TestCase(Right.Presence, "$user:ann", "")]
    public async Task Right_IsTheirs_AndNobodyElses(Right right, string channel, string whoMay)
    {
        var may = new List<string>();
        foreach (var (name, identity) in People())
        {
            if (await Permissions().DecideAsync(identity, right, channel, CancellationToken.None) is null)
            {
                may.Add(name);
            }
        }

        Assert.That(string.Join(' ', may), Is.EqualTo(whoMay));
    }

    [TestCase(Right.Read)]
    [TestCase(Right.Write)]
    [TestCase(Right.Presence)]
    [TestCase(Right.Broadcast)]
    public async Task Right_IsNobodys_WithoutPolicies(Right right)
    {
        var permissions = new Permissions(TestPolicies.Compile(), new ClientSwitches(true, true), [], _time);

        foreach (var (name, identity) in People())
        {
            var error = await permissions.DecideAsync(identity, right, "chat:1", CancellationToken.None);
            Assert.That(error?.Code, Is.EqualTo(ErrorCodes.PermissionDenied), name);
        }
    }

    [TestCase("")]
    [TestCase("$user:bob")]
    [TestCase("$other")]
    [TestCase("a b")]
    [TestCase("chat:*")]
    [TestCase("team:{team}:1")]
    public async Task Name_IsRefused_WhenNoChannelCanHaveIt(string channel)
    {
        var refusals = new[] { Right.Read, Right.Write, Right.Presence }
            .Select(right => Permissions(new Says(ChannelDecision.Allow)).DecideAsync(User("ann"), right, channel, CancellationToken.None));

        foreach (var refusal in refusals)
        {
            Assert.That((await refusal)?.Code, Is.EqualTo(ErrorCodes.InvalidChannel));
        }
    }

    [TestCase(Right.Read, "chat:1")]
    [TestCase(Right.Write, "chat:1")]
    [TestCase(Right.Presence, "chat:1")]
    [TestCase(Right.Read, "$all")]
    [TestCase(Right.Read, "$user:ann")]
    [TestCase(Right.Read, "granted")]
    [TestCase(Right.Broadcast, "$all")]
    public async Task EveryRight_Ends_WithTheToken(Right right, string channel)
    {
        var ann = User("ann", ["users/verified", "label:admin"], Grant("granted", Right.Read));
        var host = new Says(ChannelDecision.Allow);

        Assert.That(await Permissions(host).DecideAsync(ann, right, channel, CancellationToken.None), Is.Null);
        _time.Advance(TimeSpan.FromHours(1));
        var before = host.Asked.Count;
        var error = await Permissions(host).DecideAsync(ann, right, channel, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(error?.Code, Is.EqualTo(ErrorCodes.TokenExpired));
            Assert.That(host.Asked, Has.Count.EqualTo(before), "An expired identity is nobody to ask about.");
        });
    }

    [TestCase(Right.Read, "chat:1", true, false, null)]
    [TestCase(Right.Write, "chat:1", true, false, ErrorCodes.Disabled)]
    [TestCase(Right.Broadcast, "$all", true, false, ErrorCodes.Disabled)]
    [TestCase(Right.Read, "chat:1", false, true, ErrorCodes.Disabled)]
    [TestCase(Right.Write, "chat:1", false, true, null)]
    [TestCase(Right.Broadcast, "$all", false, true, null)]
    [TestCase(Right.Read, "$all", false, true, null)]
    [TestCase(Right.Read, "$user:ann", false, true, null)]
    public async Task Switch_DisablesWhatItSays_AndNothingElse(Right right, string channel, bool subscribe, bool publish, string? code)
    {
        var ann = User("ann", ["label:admin"]);
        var permissions = Permissions(new ClientSwitches(subscribe, publish), new Says(ChannelDecision.Abstain));

        Assert.That((await permissions.DecideAsync(ann, right, channel, CancellationToken.None))?.Code, Is.EqualTo(code));
    }

    [TestCase(Right.Read, "granted", null)]
    [TestCase(Right.Write, "granted", ErrorCodes.PermissionDenied)]
    [TestCase(Right.Presence, "granted", ErrorCodes.PermissionDenied)]
    [TestCase(Right.Read, "Granted", ErrorCodes.PermissionDenied)]
    [TestCase(Right.Read, "granted:1", ErrorCodes.PermissionDenied)]
    [TestCase(Right.Read, "grante", ErrorCodes.PermissionDenied)]
    public async Task Grant_GivesItsRight_InTheChannelOfExactlyItsName(Right right, string channel, string? code)
    {
        var ann = User("ann", [], Grant("granted", Right.Read));

        Assert.That((await Permissions().DecideAsync(ann, right, channel, CancellationToken.None))?.Code, Is.EqualTo(code));
    }

    [Test]
    public async Task FirstAuthorizerThatDoesNotAbstain_Decides_AndNoneIsAskedAfterIt()
    {
        Says[] hosts = [new(ChannelDecision.Abstain), new(ChannelDecision.Allow), new(ChannelDecision.Deny)];
        var ann = User("ann");

        var error = await Permissions(hosts).DecideAsync(ann, Right.Write, "closed:1", CancellationToken.None);

        var access = new ChannelAccess(ann, Right.Write, "closed:1");
        Assert.Multiple(() =>
        {
            Assert.That(error, Is.Null);
            Assert.That(hosts[0].Asked, Is.EqualTo([access]));
            Assert.That(hosts[1].Asked, Is.EqualTo([access]));
            Assert.That(hosts[2].Asked, Is.Empty);
        });
    }

    [TestCase("chat:1")]
    [TestCase("granted")]
    public async Task Authorizer_Denies_WhatGrantsAndPoliciesGive(string channel)
    {
        var ann = User("ann", [], Grant("granted", Right.Read));

        var asked = await Permissions(new Says(ChannelDecision.Abstain)).DecideAsync(ann, Right.Read, channel, CancellationToken.None);
        var denied = await Permissions(new Says(ChannelDecision.Deny)).DecideAsync(ann, Right.Read, channel, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(asked, Is.Null);
            Assert.That(denied?.Code, Is.EqualTo(ErrorCodes.PermissionDenied));
        });
    }

    [TestCase(Right.Write, "$all")]
    [TestCase(Right.Write, "$user:ann")]
    [TestCase(Right.Presence, "$all")]
    public async Task Authorizer_IsNotAsked_AboutImplicitChannels(Right right, string channel)
    {
        var host = new Says(ChannelDecision.Allow);

        var error = await Permissions(host).DecideAsync(User("ann"), right, channel, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(error?.Code, Is.EqualTo(ErrorCodes.PermissionDenied));
            Assert.That(host.Asked, Is.Empty);
        });
    }

    private Permissions Permissions(params IChannelAuthorizer[] hosts) => Permissions(new ClientSwitches(true, true), hosts);

    private Permissions Permissions(ClientSwitches switches, params IChannelAuthorizer[] hosts) =>
        new(TestPolicies.Compile(["label:admin"], Channels), switches, hosts, _time);

    private IEnumerable<(string Name, Identity Identity)> People() =>
    [
        ("guest", Identity.Guest),
        ("ann", User("ann", ["users/unverified", "user:ann/unverified", "team:blue"])),
        ("vera", User("vera", ["users/verified", "user:vera/verified"])),
        ("owner", User("olga", ["team:blue", "team:blue/owner"])),
        ("admin", User("adam", ["label:admin"])),
        ("key", Identity.Guest.WithKey(Role("key:backend"), null)),
    ];

    private Identity User(string id, string[]? roles = null, Dictionary<string, FrozenSet<Right>>? grants = null) => Identity.User(
        id,
        [Role("user:" + id), .. (roles ?? []).Select(Role)],
        _time.GetUtcNow() + TimeSpan.FromHours(1),
        grants?.ToFrozenDictionary());

    private static Dictionary<string, FrozenSet<Right>> Grant(string channel, Right right) => new() { [channel] = [right] };

    private static Role Role(string text) =>
        RealtimeGateway.Security.Role.TryParse(text, out var role) ? role : throw new AssertionException($"'{text}' is no role.");

    /// <summary>A host that always answers the same.</summary>
    private sealed class Says(ChannelDecision decision) : IChannelAuthorizer
    {
        public List<ChannelAccess> Asked { get; } = [];

        public ValueTask<ChannelDecision> AuthorizeAsync(ChannelAccess access, CancellationToken cancellationToken)
        {
            Asked.Add(access);
            return ValueTask.FromResult(decision);
        }
    }
}
