using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Telemetry.Tests.Otlp;

/// <summary>Takes traces by OTLP over HTTP, as a collector does.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    public Uri Traces => new(new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()), "v1/traces");

    /// <summary>Every span that has come, with its scope.</summary>
    public ConcurrentQueue<(string Scope, Span Span)> Spans { get; } = new();

    public static async Task<OtlpReceiver> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/traces", receiver.TakeAsync);
        await app.StartAsync(cancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        foreach (var scope in TracesData.Parser.ParseFrom(body.ToArray()).ResourceSpans.SelectMany(static resource => resource.ScopeSpans))
        {
            foreach (var span in scope.Spans)
            {
                Spans.Enqueue((scope.Scope.Name, span));
            }
        }

        // An empty answer says that all of it was taken.
        context.Response.ContentType = "application/x-protobuf";
    }
}
