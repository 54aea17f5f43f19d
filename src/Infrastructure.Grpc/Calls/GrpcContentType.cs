using System.Diagnostics.CodeAnalysis;

namespace Messaging.Grpc;

/// <summary>What the content type of a request or response says.</summary>
/// <param name="Protocol">How messages are carried.</param>
/// <param name="Codec">What they are written in, as it was named: <c>proto</c>, <c>json</c>, or null for proto.</param>
internal readonly record struct GrpcContentType(GrpcProtocol Protocol, string? Codec)
{
    private const string Grpc = "application/grpc";
    private const string Web = "-web";
    private const string WebText = "-web-text";

    /// <summary>The messages' content type by itself.</summary>
    public string MessageType => string.Equals(Codec, "json", StringComparison.Ordinal) ? "application/json" : "application/x-protobuf";

    /// <summary>Reads a content type. Parameters are ignored; another codec than those two is another content type.</summary>
    public static bool TryParse([NotNullWhen(true)] string? contentType, out GrpcContentType type)
    {
        type = default;
        if (contentType is null || !contentType.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = contentType.AsSpan(Grpc.Length);
        var semicolon = rest.IndexOf(';');
        rest = (semicolon < 0 ? rest : rest[..semicolon]).TrimEnd();
        var plus = rest.IndexOf('+');
        var protocol = plus < 0 ? rest : rest[..plus];
        if (!TryParseProtocol(protocol, out var known))
        {
            return false;
        }

        var codec = plus < 0 ? default : rest[(plus + 1)..];
        string? name;
        if (plus < 0)
        {
            name = null;
        }
        else if (codec.Equals("proto", StringComparison.OrdinalIgnoreCase))
        {
            name = "proto";
        }
        else if (codec.Equals("json", StringComparison.OrdinalIgnoreCase))
        {
            name = "json";
        }
        else
        {
            return false;
        }

        type = new GrpcContentType(known, name);
        return true;
    }

    /// <summary>As it stands in a header.</summary>
    public override string ToString() => (Protocol, Codec) switch
    {
        (GrpcProtocol.Http2, null) => Grpc,
        (GrpcProtocol.Http2, "proto") => Grpc + "+proto",
        (GrpcProtocol.Http2, _) => Grpc + "+json",
        (GrpcProtocol.Web, null) => Grpc + Web,
        (GrpcProtocol.Web, _) => Grpc + Web + "+" + Codec,
        (_, null) => Grpc + WebText,
        _ => Grpc + WebText + "+" + Codec,
    };

    private static bool TryParseProtocol(ReadOnlySpan<char> text, out GrpcProtocol protocol)
    {
        protocol = text.IsEmpty ? GrpcProtocol.Http2 : text.Equals(Web, StringComparison.OrdinalIgnoreCase) ? GrpcProtocol.Web : GrpcProtocol.WebText;
        return protocol != GrpcProtocol.WebText || text.Equals(WebText, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>How gRPC's messages and trailers are carried.</summary>
internal enum GrpcProtocol
{
    /// <summary>gRPC: frames in HTTP/2, trailers in its trailers.</summary>
    Http2 = 0,

    /// <summary>gRPC-Web: frames in any HTTP, trailers in a last frame.</summary>
    Web,

    /// <summary>gRPC-Web in base64, for clients that read text only.</summary>
    WebText,
}
