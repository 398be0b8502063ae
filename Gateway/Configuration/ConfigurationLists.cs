namespace RealtimeGateway.Configuration;

/// <summary>
/// Which source a list comes from. The stock binder mixes the lists of several sources entry by entry, so that two lists of
/// policies become a third that nobody wrote; here the last source that has the list has it whole.
/// </summary>
internal static class ConfigurationLists
{
    /// <summary>The source whose list it is; null where none has it, or where the configuration does not tell its sources.</summary>
    public static IConfigurationProvider? SourceOf(IConfiguration configuration, string path) =>
        configuration is IConfigurationRoot root
            ? root.Providers.LastOrDefault(provider => provider.GetChildKeys([], path).Any() || provider.TryGet(path, out _))
            : null;

    /// <summary>What a source is called: a file by its name, another by its kind.</summary>
    public static string NameOf(IConfigurationProvider source) => source is FileConfigurationProvider { Source.Path: { } file }
        ? Path.GetFileName(file)
        : source.GetType().Name.Replace("ConfigurationProvider", string.Empty, StringComparison.Ordinal);
}
