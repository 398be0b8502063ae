using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Primitives;

namespace RealtimeGateway.Configuration;

/// <summary>
/// The files behind a configuration, and which of them cannot be read now. A provider whose file turned unreadable, or was
/// taken away, is empty and says nothing: whoever reads on takes the absence of settings for settings.
/// </summary>
internal sealed class SettingsFiles : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<FileConfigurationProvider, string> _unread = [];
    private readonly HashSet<FileConfigurationProvider> _known;
    private readonly FileConfigurationProvider[] _files;
    private readonly IDisposable[] _registrations;
    private readonly Action _onChange;

    /// <summary>Follows all files, those too that are not there yet.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="onChange">Called when one of them turned unreadable, or was read again.</param>
    public SettingsFiles(IConfiguration configuration, Action onChange)
    {
        _onChange = onChange;
        _files = [.. FilesOf(configuration)];
        _known = [.. _files.Where(IsThere)];
        foreach (var file in _files)
        {
            file.Source.OnLoadException += OnUnreadable;
        }

        _registrations = [.. _files.Select(file => ChangeToken.OnChange(file.GetReloadToken, OnRead, file))];
    }

    /// <summary>A sentence for each file that was there and cannot be read now, or has not been read since.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_lock)
            {
                return [.. _files.Select(ProblemNeedsLock).OfType<string>()];
            }
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Source.OnLoadException -= OnUnreadable;
        }

        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private static IEnumerable<FileConfigurationProvider> FilesOf(IConfiguration configuration) => configuration is IConfigurationRoot root
        ? root.Providers.SelectMany(provider => provider switch
        {
            FileConfigurationProvider file => [file],
            ChainedConfigurationProvider chained => FilesOf(chained.Configuration),
            _ => [],
        })
        : [];

    private static bool IsThere(FileConfigurationProvider file) =>
        file.Source is { FileProvider: { } folder, Path: { } path } && folder.GetFileInfo(path).Exists;

    private static string Gone(FileConfigurationProvider file) => $"{file.Source.Path} is gone.";

    private string? ProblemNeedsLock(FileConfigurationProvider file) =>
        _known.Contains(file) && !IsThere(file) ? Gone(file) : _unread.GetValueOrDefault(file);

    private void OnUnreadable(FileLoadExceptionContext context)
    {
        var why = context.Provider is JsonConfigurationProvider
            ? UnreadableFile.Describe(context.Exception)
            : $"It cannot be read ({context.Exception.GetBaseException().GetType().Name}).";
        lock (_lock)
        {
            _unread[context.Provider] = $"{context.Provider.Source.Path}: {why}";
        }

        _onChange();
    }

    private void OnRead(FileConfigurationProvider file)
    {
        lock (_lock)
        {
            var isThere = IsThere(file);
            if (isThere)
            {
                _known.Add(file);
            }

            if (isThere || !_known.Contains(file))
            {
                _unread.Remove(file);
            }
            else
            {
                // Once it is back, it is so until it is read: the configuration has nothing of it.
                _unread[file] = Gone(file);
            }
        }

        _onChange();
    }
}
