using Microsoft.Extensions.Configuration;

namespace RealtimeGateway.Tests.Support;

/// <summary>
/// A source of settings that a test changes. When a change returns it is in force, or refused; what it does to open sessions
/// goes on by itself.
/// </summary>
internal sealed class ChangingSettings : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Sets these and leaves the others as they are; null takes one away.</summary>
    /// <param name="settings">As <c>("Auth:RequireSession", "true")</c>.</param>
    public void Change(params (string Key, string? Value)[] settings)
    {
        var changed = new Dictionary<string, string?>(Data, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in settings)
        {
            if (value is null)
            {
                changed.Remove("Gateway:" + key);
            }
            else
            {
                changed["Gateway:" + key] = value;
            }
        }

        Data = changed;
        OnReload();
    }
}
