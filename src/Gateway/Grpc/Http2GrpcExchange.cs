using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Messaging.Grpc;

/// <summary>gRPC's own: HTTP/2 with trailers.</summary>
internal sealed class Http2GrpcExchange(HttpContext context, GrpcContentType type) : GrpcExchange(context, type)
{
    protected override PipeReader Input => Context.Request.BodyReader;

    protected override IBufferWriter<byte> Output => Context.Response.BodyWriter;

    protected override void WriteTrailers(IReadOnlyList<KeyValuePair<string, string>> trailers)
    {
        foreach (var (name, value) in trailers)
        {
            Context.Response.AppendTrailer(name, value);
        }
    }
}
