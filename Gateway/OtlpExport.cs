using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RealtimeGateway.Diagnostics;

namespace RealtimeGateway;

/// <summary>
/// Sends the program's metrics and traces to a collector, where the standard environment variables of OpenTelemetry name one. An
/// application that embeds the gateway has an export of its own.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string ServiceName = "realtime-gateway";

    /// <summary>How long the last may take to be sent: a collector that is away does not hold up the end.</summary>
    private const int LastMilliseconds = 3_000;

    private readonly MeterProvider? _metrics = IsSet(MetricsEndpoint) || IsSet(Endpoint)
        ? Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter(GatewayMetrics.MeterName, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddOtlpExporter(options => Address(options, MetricsEndpoint))
            .Build()
        : null;

    // SignalR's spans of calls and ASP.NET Core's of requests are the parents of ours.
    private readonly TracerProvider? _traces = IsSet(TracesEndpoint) || IsSet(Endpoint)
        ? Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(Describe)
            .AddSource(PublicationSpan.SourceName, "Microsoft.AspNetCore", "Microsoft.AspNetCore.SignalR.Server")
            .AddOtlpExporter(options => Address(options, TracesEndpoint))
            .Build()
        : null;

    public void Dispose()
    {
        Parallel.Invoke(() => _metrics?.Shutdown(LastMilliseconds), () => _traces?.Shutdown(LastMilliseconds));
        _metrics?.Dispose();
        _traces?.Dispose();
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    // The exporter reads the common variable by itself, and not those of one signal, which stand before it.
    private static void Address(OtlpExporterOptions options, string variable)
    {
        if (Uri.TryCreate(Environment.GetEnvironmentVariable(variable), UriKind.Absolute, out var address))
        {
            options.Endpoint = address;
        }
    }

    // What the environment says of the service comes last, and so has the last word.
    private static void Describe(ResourceBuilder resource) => resource
        .Clear()
        .AddService(ServiceName)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
