using System.Text.Json;
using System.Text.Json.Nodes;
using Messaging.Descriptions;
using Messaging.Forwarding;
using Messaging.Http;
using Messaging.Protection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.OpenApi;

/// <summary>Serves the documents.</summary>
internal sealed class OpenApiDoor(ServiceDirectory directory)
{
    private const string ContentType = "application/json";

    /// <summary>Serves the document of all services.</summary>
    public static Task InvokeAsync(HttpContext context) => AdmitAsync(context, static (door, context) => door.ServeAllAsync(context));

    /// <summary>Serves the document of one service.</summary>
    public static Task InvokeForServiceAsync(HttpContext context) => AdmitAsync(context, static (door, context) => door.ServeOneAsync(context));

    private static async Task AdmitAsync(HttpContext context, Func<OpenApiDoor, HttpContext, Task> serve)
    {
        if (!context.RequestServices.GetRequiredService<Admission>().TryAdmit(context, needsBroker: false, out var admitted, out var refusal))
        {
            await HttpDoor.RefuseAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        using (admitted)
        {
            try
            {
                await serve(context.RequestServices.GetRequiredService<OpenApiDoor>(), context).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                context.Abort();
            }
        }
    }

    private async Task ServeAllAsync(HttpContext context)
    {
        // They answer side by side: one that is away costs its timeout once.
        var answers = await Task.WhenAll(directory.Seen.Select(service => DescribeAsync(service, context.RequestAborted))).ConfigureAwait(false);
        var services = new List<KeyValuePair<string, ServiceDescription>>(answers.Length);
        var away = new List<KeyValuePair<string, string>>();
        foreach (var (service, description, failure) in answers)
        {
            if (description is not null)
            {
                services.Add(KeyValuePair.Create(service, description));
            }
            else
            {
                away.Add(KeyValuePair.Create(service, failure!));
            }
        }

        await WriteAsync(context, OpenApiDocument.Create("Messaging", context.Request.PathBase, services, away)).ConfigureAwait(false);
    }

    private async Task ServeOneAsync(HttpContext context)
    {
        var service = (string)context.Request.RouteValues["service"]!;
        try
        {
            var description = await directory.DescribeAsync(service, context.RequestAborted).ConfigureAwait(false);
            await WriteAsync(context, OpenApiDocument.Create(service, context.Request.PathBase, [KeyValuePair.Create(service, description)], [])).ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.Status == StatusCode.Unimplemented)
        {
            await HttpDoor.FailAsync(context, new HttpRefusedException(StatusCodes.Status404NotFound, StatusCode.Unimplemented, exception.Detail) { Operation = service }).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            await HttpDoor.FailAsync(context, exception).ConfigureAwait(false);
        }
    }

    private async Task<(string Service, ServiceDescription? Description, string? Failure)> DescribeAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            return (service, await directory.DescribeAsync(service, cancellationToken).ConfigureAwait(false), null);
        }
        catch (RpcException exception)
        {
            return (service, null, exception.Detail);
        }
    }

    private static async Task WriteAsync(HttpContext context, JsonObject document)
    {
        using var buffer = new MemoryStream();
        var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true });
        await using (writer.ConfigureAwait(false))
        {
            document.WriteTo(writer);
        }

        var response = context.Response;
        response.ContentType = ContentType;
        response.ContentLength = buffer.Length;

        // Services come and go.
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        await AdmittedRequest.Of(context).WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted).ConfigureAwait(false);
    }
}
