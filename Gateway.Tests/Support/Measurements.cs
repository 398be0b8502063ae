using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Diagnostics;

namespace RealtimeGateway.Tests.Support;

/// <summary>What one gateway's meter counts, summed by instrument and tags.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly List<Instrument> _instruments = [];
    private readonly Dictionary<string, double> _sums = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Measurements(IServiceProvider services)
    {
        // Other gateways of the same test run have meters of the same name.
        var meters = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == GatewayMetrics.MeterName && instrument.Meter.Scope == meters)
            {
                _instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Instrument> Instruments => _instruments;

    /// <summary>The sum of an instrument, or, where it is observed, what it is now; <c>name{tag=value}</c>, and <c>name#</c> for how often.</summary>
    public double this[string name]
    {
        get
        {
            lock (_lock)
            {
                return _sums.GetValueOrDefault(name);
            }
        }
    }

    /// <summary>Every key that has a sum.</summary>
    public IReadOnlyCollection<string> Keys
    {
        get
        {
            lock (_lock)
            {
                return [.. _sums.Keys];
            }
        }
    }

    /// <summary>Asks those that are observed.</summary>
    public void Observe()
    {
        lock (_lock)
        {
            foreach (var observed in _instruments.Where(instrument => instrument.IsObservable))
            {
                _sums.Remove(observed.Name);
            }
        }

        _listener.RecordObservableInstruments();
    }

    /// <summary>Waits until a sum is this much.</summary>
    public async Task UntilAsync(string name, double value)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_sums.GetValueOrDefault(name) == value)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.InTime();
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = instrument.Name;
        if (tags.Length > 0)
        {
            key += "{" + string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")) + "}";
        }

        lock (_lock)
        {
            _sums[key] = _sums.GetValueOrDefault(key) + value;
            _sums[key + "#"] = _sums.GetValueOrDefault(key + "#") + 1;
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }
}
