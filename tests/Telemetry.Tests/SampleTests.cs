using System.Reflection;
using Messaging.Telemetry.Tests.Otlp;
using Messaging.Testing.Processes;

namespace Messaging.Telemetry.Tests;

/// <summary>The sample tells a collector, where the environment names one.</summary>
public sealed class SampleTests
{
    private static readonly string _sample = typeof(SampleTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static metadata => metadata.Key is "Sample").Value!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "/")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/v1/traces")]
    public async Task The_sample_sends_what_its_tour_did(string variable, string path)
    {
        await using var receiver = await OtlpReceiver.StartAsync(Ct);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [variable] = new Uri(receiver.Traces, path).AbsoluteUri,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        await using var sample = DotnetProcess.Start(_sample, settings, "--once");
        var (code, output) = await sample.EndAsync(Ct);

        Assert.True(code == 0, output);
        Assert.Contains(receiver.Spans, static span => span.Span.Name is "call orders/Quote");
        Assert.Contains(receiver.Spans, static span => span.Span.Name is "process orders/Ship");
    }
}
