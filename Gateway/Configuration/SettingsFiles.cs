using Microsoft.Extensions.Primitives;

namespace RealtimeGateway.Configuration;

/// <summary>
/// The files behind a configuration, and which of them cannot be read now. A provider whose file turned unreadable, or was
/// taken away, is empty and says nothing: whoever reads on takes the absence of settings for settings.
/// </summary>
internal sealed class SettingsFiles
{
    private readonly Lock _lock = new();
    private readonly Dictionary<FileConfigurationProvider, string> _unreadable = [];
    private readonly FileConfigurationProvider[] _present;
    private readonly Action _onChange;

    /// <summary>Follows the files that are there now.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="onChange">Called when one of them turned unreadable, or was read again.</param>
    public SettingsFiles(IConfiguration configuration, Action onChange)
    {
        _onChange = onChange;
        _present = configuration is IConfigurationRoot root ? [.. root.Providers.OfType<FileConfigurationProvider>().Where(IsThere)] : [];
        foreach (var file in _present)
        {
            var next = file.Source.OnLoadException;
            file.Source.OnLoadException = context =>
            {
                next?.Invoke(context);
                OnUnreadable(context);
            };
            ChangeToken.OnChange(file.GetReloadToken, OnRead, file);
        }
    }

    /// <summary>A sentence for each file that was there and cannot be read now.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_lock)
            {
                var gone = _present.Where(file => !IsThere(file)).Select(file => $"{file.Source.Path} is gone.");
                return [.. gone, .. _unreadable.Values];
            }
        }
    }

    private static bool IsThere(FileConfigurationProvider file) =>
        file.Source is { FileProvider: { } folder, Path: { } path } && folder.GetFileInfo(path).Exists;

    private void OnUnreadable(FileLoadExceptionContext context)
    {
        lock (_lock)
        {
            _unreadable[context.Provider] = $"{context.Provider.Source.Path}: {UnreadableFile.Describe(context.Exception)}";
        }

        _onChange();
    }

    private void OnRead(FileConfigurationProvider file)
    {
        lock (_lock)
        {
            _unreadable.Remove(file);
        }

        _onChange();
    }
}
