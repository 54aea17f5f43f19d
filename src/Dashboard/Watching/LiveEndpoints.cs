using System.Text.Json;
using Messaging.Serving;
using Messaging.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Messaging.Watching;

/// <summary>What the page shows live, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), and its past.</summary>
internal sealed class LiveEndpoints(Sampler sampler, QueueWatch queues, HistoryBook history, IHostApplicationLifetime lifetime)
{
    // A person has a few pages open; more than this is a mistake or worse.
    private const int MaxWatchers = 200;

    public Task HistoryAsync(HttpContext context) =>
        TryReadService(context, out var service)
            ? Answers.WriteAsync(context, history.Read(service), DashboardJson.Default.HistoryAnswer)
            : RefuseNameAsync(context);

    public async Task StreamAsync(HttpContext context)
    {
        if (!TryReadService(context, out var service))
        {
            await RefuseNameAsync(context).ConfigureAwait(false);
            return;
        }

        if (queues.Watchers >= MaxWatchers)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Too many watch", $"{MaxWatchers} pages watch already: close some.").ConfigureAwait(false);
            return;
        }

        queues.Watch();
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await WriteAsync(context, service, ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The page has left, or the application stops: the page comes back by itself.
        }
        finally
        {
            queues.Leave();
        }
    }

    private async Task WriteAsync(HttpContext context, string? service, CancellationToken cancellationToken)
    {
        var body = context.Response.Body;
        await body.WriteAsync("retry: 2000\n\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        await body.FlushAsync(cancellationToken).ConfigureAwait(false);
        for (Sample? sample = null; ;)
        {
            // A page that reads slowly misses samples, and none waits for it.
            sample = await sampler.WaitAsync(sample, cancellationToken).ConfigureAwait(false);
            var json = service is null ? sample.Json : JsonSerializer.SerializeToUtf8Bytes(sampler.Describe(sample, service), DashboardJson.Default.ServiceSnapshot);
            await body.WriteAsync("data: "u8.ToArray(), cancellationToken).ConfigureAwait(false);
            await body.WriteAsync(json, cancellationToken).ConfigureAwait(false);
            await body.WriteAsync("\n\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            await body.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool TryReadService(HttpContext context, out string? service)
    {
        service = context.Request.Query["service"];
        return service is null || ServiceNames.IsValid(service);
    }

    private static Task RefuseNameAsync(HttpContext context) =>
        Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "No such service", "No service can have that name.");
}
