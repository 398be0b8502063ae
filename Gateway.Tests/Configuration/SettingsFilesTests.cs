using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Ini;
using RealtimeGateway.Configuration;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Configuration;

/// <summary>Which files cannot be read now: what their providers hold then is nobody's settings.</summary>
[TestFixture]
public sealed class SettingsFilesTests
{
    private readonly TestFiles _folder = new();
    private int _changes;

    [SetUp]
    public void Start()
    {
        _folder.Put("one.json", "{}");
        _folder.Put("two.json", "{}");
        _folder.Put("later.json", null);
        _changes = 0;
    }

    [Test]
    public void FilesInOrder_AreNoProblem_NorIsOneThatNeverWas()
    {
        using var configuration = Build();
        using var files = Follow(configuration);
        Assert.That(files.Problems, Is.Empty);
        _folder.Save("one.json", """{ "a": 1 }""");
        Assert.Multiple(() =>
        {
            Assert.That(files.Problems, Is.Empty);
            Assert.That(_changes, Is.EqualTo(1));
        });
    }

    [Test]
    public void EachFile_IsAProblem_UntilItIsReadAgain()
    {
        using var configuration = Build();
        using var files = Follow(configuration);
        _folder.Save("one.json", "{,");
        _folder.Save("two.json", null);
        Assert.That(files.Problems, Is.EqualTo(new[] { "one.json: It is no JSON: line 1, byte 2.", "two.json is gone." }));
        _folder.Put("one.json", "{}");
        _folder.Put("two.json", "{}");
        Assert.That(files.Problems, Has.Count.EqualTo(2), "nobody has read them yet");
        _folder.Tell("one.json");
        Assert.That(files.Problems, Is.EqualTo(new[] { "two.json is gone." }));
        _folder.Tell("two.json");
        Assert.Multiple(() =>
        {
            Assert.That(files.Problems, Is.Empty);
            Assert.That(_changes, Is.EqualTo(4));
        });
    }

    [Test]
    public void FileThatIsGone_IsAProblem_BeforeAnybodyIsToldOfIt()
    {
        using var configuration = Build();
        using var files = Follow(configuration);
        _folder.Put("one.json", null);
        Assert.That(files.Problems, Is.EqualTo(new[] { "one.json is gone." }));
        _folder.Put("one.json", "{}");
        Assert.That(files.Problems, Is.Empty, "what was read of it is still there");
    }

    [Test]
    public void FileThatCameLater_IsFollowed_AndMissedOnceItWasRead()
    {
        using var configuration = Build();
        using var files = Follow(configuration);
        _folder.Save("later.json", "half");
        Assert.That(files.Problems, Has.One.StartsWith("later.json: "));
        _folder.Save("later.json", null);
        Assert.That(files.Problems, Is.Empty, "it has never said anything");
        _folder.Save("later.json", "{}");
        _folder.Save("later.json", null);
        Assert.That(files.Problems, Is.EqualTo(new[] { "later.json is gone." }));
    }

    [Test]
    public void FileOfAConfigurationInsideAnother_IsFollowed()
    {
        using var inner = Build();
        using var outer = (ConfigurationRoot)new ConfigurationBuilder().AddConfiguration(inner).Build();
        using var files = Follow(outer);
        _folder.Save("one.json", "{,");
        Assert.That(files.Problems, Has.One.StartsWith("one.json: "));
    }

    // What the parser of this format says quotes the line.
    [Test]
    public void FileOfAnotherFormat_IsToldWithoutItsText()
    {
        _folder.Put("old.ini", "a=1");
        using var configuration = (ConfigurationRoot)new ConfigurationBuilder()
            .Add(new IniConfigurationSource { FileProvider = _folder, Path = "old.ini", ReloadOnChange = true, ReloadDelay = 0 })
            .Build();
        using var files = Follow(configuration);
        _folder.Save("old.ini", "Secret: the-secret");
        Assert.That(files.Problems, Is.EqualTo(new[] { "old.ini: It cannot be read (FormatException)." }));
    }

    [Test]
    public void HostsOwnHandler_IsCalledToo_AndRemainsAtTheEnd()
    {
        var source = _folder.Source("one.json");
        var told = 0;
        source.OnLoadException = _ => told++;
        using var configuration = (ConfigurationRoot)new ConfigurationBuilder().Add(source).Build();
        var files = Follow(configuration);
        _folder.Save("one.json", "{,");
        Assert.That((told, _changes), Is.EqualTo((1, 1)));
        files.Dispose();
        _folder.Save("one.json", "{;");
        _folder.Save("one.json", "{}");
        Assert.That((told, _changes), Is.EqualTo((2, 1)));
    }

    private SettingsFiles Follow(ConfigurationRoot configuration) => new(configuration, () => _changes++);

    private ConfigurationRoot Build() => (ConfigurationRoot)new ConfigurationBuilder()
        .Add(_folder.Source("one.json"))
        .Add(_folder.Source("two.json"))
        .Add(_folder.Source("later.json"))
        .Build();
}
