using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Messaging.Serving;

/// <summary>Reads what the page sends, and writes what it asked for.</summary>
internal static class Answers
{
    public static async Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, type, context.RequestAborted).ConfigureAwait(false);
    }

    public static async Task RefuseAsync(HttpContext context, int status, string title, string detail, string? remedy = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, new Refusal(title, status, detail, remedy), DashboardJson.Default.Refusal, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Says what failed at the broker or in a service, as the page shows it.</summary>
    public static Task RefuseAsync(HttpContext context, RpcException failure)
    {
        var status = failure.Status switch
        {
            StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
            StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
            StatusCode.Unimplemented or StatusCode.NotFound => StatusCodes.Status404NotFound,
            StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
            _ => StatusCodes.Status503ServiceUnavailable,
        };
        return RefuseAsync(context, status, failure.Status.ToString(), failure.Detail, Remedies.Of(failure));
    }

    /// <summary>Reads a request; null where it was refused already.</summary>
    public static async Task<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        string detail;
        try
        {
            if (await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false) is { } request)
            {
                return request;
            }

            detail = "It is null.";
        }
        catch (JsonException exception)
        {
            detail = exception.Message;
        }
        catch (BadHttpRequestException exception)
        {
            await RefuseAsync(context, exception.StatusCode, "Not taken", $"{exception.Message} What the page may send is bounded by Messaging:Dashboard:MaxBodyBytes.").ConfigureAwait(false);
            return null;
        }

        await RefuseAsync(context, StatusCodes.Status400BadRequest, "Not understood", $"The request can't be read: {detail}").ConfigureAwait(false);
        return null;
    }
}
