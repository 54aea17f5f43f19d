using System.Diagnostics;
using System.Net.Http.Json;
using Messaging.Telemetry.Tests.Otlp;
using Messaging.Testing;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace Messaging.Telemetry.Tests;

public sealed class TraceTests
{
    // https://opentelemetry.io/docs/specs/semconv/registry/attributes/ of messaging, rpc and error.
    private static readonly string[] _conventional =
    [
        "messaging.system", "messaging.destination.name", "messaging.operation.name", "messaging.operation.type",
        "rpc.system", "rpc.service", "rpc.method", "error.type",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_a_call_a_nested_call_and_a_command_are_one_trace(bool rabbitMq)
    {
        // What other tests do meanwhile in this process is in other traces.
        var trace = ActivityTraceId.CreateRandom();
        await using var receiver = await OtlpReceiver.StartAsync(Ct);
        await using var broker = rabbitMq ? await PrivateBroker.StartNewAsync(Ct) : null;
        await using var system = await RunningSystem.StartAsync(broker, Ct);
        using (var traces = Sdk.CreateTracerProviderBuilder()
            .AddMessagingInstrumentation()
            .AddSource("Microsoft.AspNetCore")
            .AddOtlpExporter(options => (options.Protocol, options.Endpoint) = (OtlpExportProtocol.HttpProtobuf, receiver.Traces))
            .Build())
        {
            using var client = new HttpClient { BaseAddress = system.Uri };
            client.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
            using var response = await client.PostAsJsonAsync("front/Ask", new Question("hello"), Ct);
            Assert.Equal("hello", (await response.Content.ReadFromJsonAsync<Answer>(Ct))!.Text);
            await system.Back.Noted.Task.WaitAsync(Ct);
        }

        var spans = receiver.Spans
            .Where(span => string.Equals(Convert.ToHexStringLower(span.Span.TraceId.Span), trace.ToHexString(), StringComparison.Ordinal) && !IsOfDescribing(span.Span)).ToList();
        var request = Assert.Single(spans, static span => span.Scope is "Microsoft.AspNetCore").Span;
        var call = ChildOf(request, "call front/Ask", Span.Types.Kind.Client);
        var handler = ChildOf(call, "process front/Ask", Span.Types.Kind.Server);
        var nested = ChildOf(handler, "call back/Look", Span.Types.Kind.Client);
        ChildOf(nested, "process back/Look", Span.Types.Kind.Server);
        var sent = ChildOf(handler, "send back/Note", Span.Types.Kind.Producer);
        ChildOf(sent, "process back/Note", Span.Types.Kind.Consumer);
        Assert.Equal(7, spans.Count);
        Assert.All(spans, span => Assert.Equal(request.TraceId, span.Span.TraceId));
        foreach (var (_, span) in spans.Where(static span => span.Scope is "Messaging"))
        {
            Assert.Subset(_conventional.ToHashSet(StringComparer.Ordinal), span.Attributes.Select(static attribute => attribute.Key).ToHashSet(StringComparer.Ordinal));
            Assert.Contains(span.Attributes, static attribute => attribute.Key is "messaging.destination.name" && attribute.Value.StringValue is "front" or "back");
        }

        Span ChildOf(Span parent, string name, Span.Types.Kind kind)
        {
            var span = Assert.Single(spans, span => string.Equals(span.Span.Name, name, StringComparison.Ordinal)).Span;
            Assert.Equal((kind, parent.SpanId), (span.Kind, span.ParentSpanId));
            return span;
        }
    }

    // The gateway asks once what a service looks like.
    private static bool IsOfDescribing(Span span) => span.Name.Contains("messaging.describe", StringComparison.Ordinal);
}
