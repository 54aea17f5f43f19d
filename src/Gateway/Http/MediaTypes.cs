using Messaging.Descriptions;
using Messaging.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Messaging.Http;

/// <summary>Chooses the content type in which an operation is called.</summary>
internal static class MediaTypes
{
    /// <summary>One JSON value a line, for operations that take a stream.</summary>
    public const string Ndjson = "application/x-ndjson";

    private const string Protobuf = "application/x-protobuf";

    public static bool IsJson(string contentType) => contentType.Equals(JsonPayloadSerializer.Json, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether no bytes are a message of a content type.</summary>
    public static bool MayBeEmpty(string contentType) => contentType.Equals(Protobuf, StringComparison.OrdinalIgnoreCase);

    /// <summary>What a request's content type is forwarded as.</summary>
    /// <exception cref="HttpRefusedException">The operation's workers don't read it.</exception>
    public static string Choose(OperationDescription operation, HttpCall call)
    {
        if (call.Head is { MediaType: null, IsCrossOrigin: true })
        {
            // A browser sends such a request for any page, with its user's cookies, and asks nobody first.
            throw new HttpRefusedException(
                StatusCodes.Status415UnsupportedMediaType,
                StatusCode.InvalidArgument,
                $"The method '{operation.Name}' is called by a page of another origin without a content type: send a content type, so that the browser asks first whether the page may.");
        }

        var takesStream = operation.Kind is OperationKind.RequestStream or OperationKind.DuplexStream;
        if (takesStream || operation.Kind == OperationKind.ReplyStream)
        {
            // The items of streams are lines or events of text.
            return Find(operation, JsonPayloadSerializer.Json) is not { } json
                ? throw Refuse(operation, call.Head.MediaType, "none: its workers don't read JSON, and streams are JSON here. Call it by gRPC", [])
                : takesStream && call.Head.Encoding is not null
                ? throw Refuse(operation, call.Head.MediaType, $"{Ndjson}, not compressed", [Ndjson])
                : IsTaken(call, takesStream ? Ndjson : json)
                ? json
                : throw Refuse(operation, call.Head.MediaType, takesStream ? Ndjson : json, [takesStream ? Ndjson : json]);
        }

        if (call.Head.MediaType is { } given)
        {
            return Find(operation, given) ?? throw Refuse(operation, given, string.Join(", ", operation.ContentTypes), operation.ContentTypes);
        }

        return HasBody(call)
            ? throw Refuse(operation, given: null, string.Join(", ", operation.ContentTypes), operation.ContentTypes)
            : Find(operation, JsonPayloadSerializer.Json) ?? operation.ContentTypes.FirstOrDefault(JsonPayloadSerializer.Json);
    }

    private static bool IsTaken(HttpCall call, string contentType) =>
        call.Head.MediaType is { } given ? given.Equals(contentType, StringComparison.OrdinalIgnoreCase) : !HasBody(call);

    private static string? Find(OperationDescription operation, string mediaType)
    {
        foreach (var contentType in operation.ContentTypes)
        {
            if (contentType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
            {
                return contentType;
            }
        }

        return null;
    }

    private static bool HasBody(HttpCall call) =>
        call.Context.Features.Get<IHttpRequestBodyDetectionFeature>() is { } detection ? detection.CanHaveBody : call.Context.Request.ContentLength is > 0;

    private static HttpRefusedException Refuse(OperationDescription operation, string? given, string taken, IReadOnlyList<string> list) => new(
        StatusCodes.Status415UnsupportedMediaType,
        StatusCode.InvalidArgument,
        $"The method '{operation.Name}' is sent {(given is null ? "a body without a content type" : $"'{given}'")}, and takes {taken}.")
    {
        Header = list.Count == 0 ? null : new("Accept-Post", string.Join(", ", list)),
    };
}
