using System.Buffers;
using System.Collections.Frozen;

namespace Messaging.Grpc;

/// <summary>
/// What custom metadata may be, and which headers are not metadata.
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md (Custom-Metadata)
/// </summary>
internal static class GrpcMetadata
{
    private static readonly SearchValues<char> _nameCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz_-.");

    // The call's own, and those of the connection or of HTTP, which say nothing to a handler:
    // https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2
    private static readonly FrozenSet<string> _transport = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "te", "content-type", "content-length", "content-encoding", "user-agent", "host", "connection", "keep-alive", "proxy-connection", "proxy-authorization",
        "transfer-encoding", "upgrade", "trailer", "expect", "date", "server", "accept", "accept-encoding", "accept-language", "accept-charset",
        "cache-control", "pragma", "origin", "referer", "cookie", "set-cookie", "dnt", "priority", "x-grpc-web", "x-user-agent",
        "traceparent", "tracestate");

    /// <summary>Whether a header is the protocol's, the connection's or HTTP's, and no metadata.</summary>
    public static bool IsReserved(string name) =>
        name.Length == 0
        || name[0] == ':'
        || name.StartsWith(GrpcHeaderNames.ReservedPrefix, StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("sec-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("access-control-", StringComparison.OrdinalIgnoreCase)
        || _transport.Contains(name);

    /// <summary>Whether it is a name: digits, lower-case letters, <c>_</c>, <c>-</c> and <c>.</c>.</summary>
    public static bool IsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(_nameCharacters);

    /// <summary>Whether its values are bytes in base64.</summary>
    public static bool IsBinary(string name) => name.EndsWith(GrpcHeaderNames.BinarySuffix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a name may have a value: printable ASCII, or base64 where the name says so.</summary>
    public static bool IsValue(string name, string value) =>
        IsBinary(name) ? GrpcBinaryValue.IsValid(value) : !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
