using Messaging.Wire;
using Microsoft.AspNetCore.Http;

namespace Messaging.Grpc;

/// <summary>What a call's headers say.</summary>
internal sealed record GrpcRequestHead
{
    public const string Gzip = "gzip";

    private const string Identity = "identity";

    /// <summary>The encodings that are read here, for clients that sent another.</summary>
    public const string Readable = Identity + "," + Gzip;

    /// <summary>The time that the call has; null for no limit.</summary>
    public TimeSpan? Timeout { get; private init; }

    /// <summary>What messages with the flag are compressed with; null for nothing.</summary>
    public string? Encoding { get; private init; }

    /// <summary>Whether the client reads messages that are compressed with gzip.</summary>
    public bool AcceptsGzip { get; private init; }

    /// <summary>The client's metadata; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; private init; }

    /// <summary>Reads it.</summary>
    /// <exception cref="RpcException">It breaks the protocol, or asks for what there is not here.</exception>
    public static GrpcRequestHead Read(IHeaderDictionary headers) => new()
    {
        Timeout = ReadTimeout(headers[GrpcHeaderNames.Timeout]),
        Encoding = ReadEncoding(headers[GrpcHeaderNames.Encoding]),
        AcceptsGzip = Compression.ContentEncodings.Accepts(headers[GrpcHeaderNames.AcceptEncoding].ToString(), Gzip),
        Metadata = ReadMetadata(headers),
    };

    private static TimeSpan? ReadTimeout(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return GrpcTimeout.TryParse(text, out var timeout)
            ? timeout
            : throw new RpcException(StatusCode.Internal, $"The header {GrpcHeaderNames.Timeout} is '{text}': it is 1 to 8 digits and one of H, M, S, m, u and n.");
    }

    private static string? ReadEncoding(string? encoding) => encoding switch
    {
        null or "" or Identity => null,
        Gzip => Gzip,
        _ => throw new RpcException(StatusCode.Unimplemented, $"Messages that are compressed with '{encoding}' are not read here: send {Gzip}, or send them as they are."),
    };

    private static Dictionary<string, string>? ReadMetadata(IHeaderDictionary headers)
    {
        Dictionary<string, string>? metadata = null;
        foreach (var (name, values) in headers)
        {
            if (GrpcMetadata.IsReserved(name))
            {
                continue;
            }

            // HTTP/1.1 keeps a name's case.
            var lower = name.ToLowerInvariant();
            var value = values.Count == 1 ? values[0] ?? string.Empty : string.Join(',', values.AsEnumerable());
            if (GrpcMetadata.IsBinary(lower) && !GrpcBinaryValue.IsValid(value))
            {
                throw new RpcException(StatusCode.Internal, $"The metadata '{lower}' is no base64: values of names that end in {GrpcHeaderNames.BinarySuffix} are.");
            }

            (metadata ??= new Dictionary<string, string>(StringComparer.Ordinal))[lower] = value;
        }

        return metadata is null ? null : Checked(metadata);
    }

    private static Dictionary<string, string> Checked(Dictionary<string, string> metadata)
    {
        try
        {
            UserHeaders.Validate(metadata);
            return metadata;
        }
        catch (ArgumentException exception)
        {
            throw new RpcException(StatusCode.InvalidArgument, exception.Message, exception);
        }
    }
}
