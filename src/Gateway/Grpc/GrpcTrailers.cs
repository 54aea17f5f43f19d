namespace Messaging.Grpc;

/// <summary>What stands in a response: a call's status, and those of the handler's headers and trailers that HTTP can carry.</summary>
internal static class GrpcTrailers
{
    // Clients take 8 KiB of headers, by default: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md (Response-Headers)
    private const int MaxMessageLength = 4096;
    private const int MaxFaultBytes = 2048;

    /// <param name="status">The status.</param>
    /// <param name="detail">What happened; empty for nothing.</param>
    /// <param name="failure">The failure; null for none.</param>
    /// <param name="handlers">The handler's trailers.</param>
    public static List<KeyValuePair<string, string>> Create(
        StatusCode status, string detail, RpcException? failure, IReadOnlyDictionary<string, string> handlers)
    {
        var trailers = new List<KeyValuePair<string, string>>(4 + handlers.Count) { new(GrpcHeaderNames.Status, GrpcStatus.Format(status)) };
        if (detail.Length > 0)
        {
            trailers.Add(new(GrpcHeaderNames.Message, GrpcMessageText.Encode(detail, MaxMessageLength)));
        }

        if (failure?.FaultName is { } fault && GrpcMetadata.IsValue(GrpcHeaderNames.Fault, fault))
        {
            trailers.Add(new(GrpcHeaderNames.Fault, fault));
            if (failure.FaultFields.Length is > 0 and <= MaxFaultBytes)
            {
                trailers.Add(new(GrpcHeaderNames.FaultFields, GrpcBinaryValue.Encode(failure.FaultFields.Span)));
            }
        }

        trailers.AddRange(Sendable(handlers));
        return trailers;
    }

    /// <summary>
    /// Those of a handler's headers or trailers that gRPC can carry, with names in lower case. A worker may answer several
    /// doors, so what this one can't carry is left out, as a mail program leaves out what is for a browser.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> Sendable(IReadOnlyDictionary<string, string> handlers)
    {
        if (handlers.Count == 0)
        {
            yield break;
        }

        foreach (var (given, value) in handlers)
        {
            var name = given.ToLowerInvariant();
            if (GrpcMetadata.IsName(name)
                && !GrpcMetadata.IsReserved(name)
                && !name.Equals(GrpcHeaderNames.Fault, StringComparison.Ordinal)
                && !name.Equals(GrpcHeaderNames.FaultFields, StringComparison.Ordinal)
                && GrpcMetadata.IsValue(name, value))
            {
                yield return new(name, value);
            }
        }
    }
}
