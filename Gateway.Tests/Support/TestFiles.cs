using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace RealtimeGateway.Tests.Support;

/// <summary>Files that are there, change and go when a test says so. Who watches one is told of it when the test says so, no sooner.</summary>
internal sealed class TestFiles : IFileProvider
{
    private readonly Dictionary<string, string> _texts = [];
    private readonly Dictionary<string, CancellationTokenSource> _watches = [];

    /// <summary>A file as a source of settings, followed without delay.</summary>
    public JsonConfigurationSource Source(string name) => new()
    {
        FileProvider = this,
        Path = name,
        Optional = true,
        ReloadOnChange = true,
        ReloadDelay = 0,
    };

    /// <summary>Writes a file, and tells nobody yet; null takes it away.</summary>
    public void Put(string name, string? text)
    {
        if (text is null)
        {
            _texts.Remove(name);
        }
        else
        {
            _texts[name] = text;
        }
    }

    /// <summary>Tells who watches a file that it has changed. What they make of it is theirs, as it is with files on a disk.</summary>
    public void Tell(string name)
    {
        if (_watches.Remove(name, out var watch))
        {
            try
            {
                watch.Cancel();
            }
            catch (AggregateException)
            {
                // A file that cannot be read.
            }
        }
    }

    /// <summary>Writes a file and tells of it.</summary>
    public void Save(string name, string? text)
    {
        Put(name, text);
        Tell(name);
    }

    public IFileInfo GetFileInfo(string subpath) => _texts.TryGetValue(subpath, out var text) ? new TextFile(subpath, text) : new NotFoundFileInfo(subpath);

    public IDirectoryContents GetDirectoryContents(string subpath) => NotFoundDirectoryContents.Singleton;

    public IChangeToken Watch(string filter)
    {
        if (!_watches.TryGetValue(filter, out var watch))
        {
            _watches[filter] = watch = new CancellationTokenSource();
        }

        return new CancellationChangeToken(watch.Token);
    }

    private sealed class TextFile(string name, string text) : IFileInfo
    {
        public bool Exists => true;

        public bool IsDirectory => false;

        public DateTimeOffset LastModified => default;

        public long Length => text.Length;

        public string Name => name;

        public string? PhysicalPath => null;

        public Stream CreateReadStream() => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
