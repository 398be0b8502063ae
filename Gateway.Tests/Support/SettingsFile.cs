using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace RealtimeGateway.Tests.Support;

/// <summary>A file of settings in a folder of its own, followed as ASP.NET Core follows <c>appsettings.json</c>.</summary>
internal sealed class SettingsFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly PhysicalFileProvider _files;

    public SettingsFile(string text)
    {
        _files = new PhysicalFileProvider(_folder.FullName);
        Write(text);
    }

    public string Folder => _folder.FullName;

    public string FullName => Path.Combine(_folder.FullName, "appsettings.json");

    public IConfigurationSource Source => new JsonConfigurationSource
    {
        FileProvider = _files,
        Path = "appsettings.json",
        Optional = true,
        ReloadOnChange = true,
    };

    /// <summary>Saves it as it is, in place.</summary>
    public void Write(string text) => File.WriteAllText(FullName, text);

    /// <summary>Saves it beside and puts it in its place, as editors do that never leave half a file.</summary>
    public void Replace(string text)
    {
        File.WriteAllText(FullName + ".new", text);
        File.Move(FullName + ".new", FullName, overwrite: true);
    }

    public void Delete() => File.Delete(FullName);

    public void Dispose()
    {
        _files.Dispose();
        _folder.Delete(recursive: true);
    }
}
