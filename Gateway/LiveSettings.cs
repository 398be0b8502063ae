using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using RealtimeGateway.Configuration;
using RealtimeGateway.Primitives;

namespace RealtimeGateway;

/// <summary>
/// The settings in force. When the configuration changes they are read and checked anew: all of them take effect, or, if
/// anything is wrong, none, and the log says why.
/// </summary>
internal sealed partial class LiveSettings : IDisposable
{
    private readonly Lock _lock = new();
    private readonly IOptionsFactory<GatewayOptions> _factory;
    private readonly ILogger<LiveSettings> _logger;
    private readonly SettingsFiles _files;
    private readonly IDisposable _registration;
    private readonly List<Func<GatewayOptions, Action>> _followers = [];
    private GatewayOptions _inForce;
    private string? _refused;

    public LiveSettings(
        IConfiguration configuration,
        IOptions<GatewayOptions> atStart,
        IOptionsFactory<GatewayOptions> factory,
        ILogger<LiveSettings> logger)
    {
        _inForce = atStart.Value;
        _factory = factory;
        _logger = logger;
        _files = new SettingsFiles(configuration, Reload);
        _registration = ChangeToken.OnChange(configuration.GetReloadToken, Reload);

        // What has changed since the start was read, nobody has heard of.
        Reload();
    }

    /// <summary>Raised after other settings took effect.</summary>
    public event Action? Changed;

    /// <summary>What a room needs of the settings, in its own words.</summary>
    /// <param name="part">The settings that it is made of.</param>
    /// <param name="make">Makes it, again only when that part has changed. It is given valid settings only.</param>
    public Live<T> Follow<TPart, T>(Func<GatewayOptions, TPart> part, Func<TPart, T> make)
        where T : class
    {
        lock (_lock)
        {
            var written = Written(part(_inForce));
            var live = new Live<T>(make(part(_inForce)));
            _followers.Add(options =>
            {
                if (Written(part(options)) is var rewritten && rewritten == written)
                {
                    return () => { };
                }

                var next = make(part(options));
                return () =>
                {
                    written = rewritten;
                    live.Replace(next);
                };
            });
            return live;
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        _files.Dispose();
    }

    private void Reload()
    {
        lock (_lock)
        {
            try
            {
                if (!TryReplaceNeedsLock())
                {
                    return;
                }
            }
            catch (OptionsValidationException exception)
            {
                RefuseNeedsLock(exception.Failures);
                return;
            }
            catch (Exception exception)
            {
                // What the host does to the settings fails on these. Whoever called only tells of a change.
                RefuseNeedsLock([exception.Message], exception);
                return;
            }
        }

        LogChanged();
        Changed?.Invoke();
    }

    private bool TryReplaceNeedsLock()
    {
        if (_files.Problems is { Count: > 0 } unreadable)
        {
            RefuseNeedsLock(unreadable);
            return false;
        }

        // One save of a file can come as several changes.
        var options = _factory.Create(Options.DefaultName);
        if (Written(options) == Written(_inForce))
        {
            _refused = null;
            return false;
        }

        // All are made before the first takes effect: what fails leaves everything as it was.
        Action[] replacements = [.. _followers.Select(follower => follower(options))];
        (_inForce, _refused) = (options, null);
        foreach (var replace in replacements)
        {
            replace();
        }

        return true;
    }

    private void RefuseNeedsLock(IEnumerable<string> problems, Exception? exception = null)
    {
        var text = string.Join(Environment.NewLine, problems.Select(problem => "  " + problem));
        if (text != _refused)
        {
            _refused = text;
            LogRefused(Environment.NewLine + text, exception);
        }
    }

    private static string Written<TPart>(TPart part) => JsonSerializer.Serialize(part);

    [LoggerMessage(1, LogLevel.Information, "The settings have changed and are in force.")]
    private partial void LogChanged();

    [LoggerMessage(2, LogLevel.Error, "The settings have changed and are not taken; those before stay in force:{Problems}")]
    private partial void LogRefused(string problems, Exception? exception);
}
