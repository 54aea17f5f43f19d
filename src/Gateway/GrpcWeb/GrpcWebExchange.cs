using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using Messaging.Grpc;
using Microsoft.AspNetCore.Http;

namespace Messaging.GrpcWeb;

/// <summary>
/// gRPC-Web: any HTTP, and the trailers in a last frame of the body. As text, all of it is base64, in as many padded
/// pieces as there are flushes. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
/// </summary>
internal sealed class GrpcWebExchange : GrpcExchange
{
    private const byte TrailersFlag = 0x80;

    private readonly ArrayBufferWriter<byte>? _plain;
    private readonly PipeReader _input;

    public GrpcWebExchange(HttpContext context, GrpcContentType type)
        : base(context, type)
    {
        var isText = type.Protocol == GrpcProtocol.WebText;
        _plain = isText ? new ArrayBufferWriter<byte>() : null;
        _input = isText ? PipeReader.Create(new Base64RequestStream(context.Request.BodyReader)) : context.Request.BodyReader;
    }

    protected override PipeReader Input => _input;

    protected override IBufferWriter<byte> Output => (IBufferWriter<byte>?)_plain ?? Context.Response.BodyWriter;

    protected override void WriteTrailers(IReadOnlyList<KeyValuePair<string, string>> trailers)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in trailers)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        var output = Output;
        GrpcFrameWriter.WriteHead(output, TrailersFlag, text.Length);
        Encoding.ASCII.GetBytes(text.ToString(), output);
    }

    protected override void BeforeFlush()
    {
        if (_plain is not { WrittenCount: > 0 })
        {
            return;
        }

        var writer = Context.Response.BodyWriter;
        var output = writer.GetSpan(Base64.GetMaxEncodedToUtf8Length(_plain.WrittenCount));
        Base64.EncodeToUtf8(_plain.WrittenSpan, output, out _, out var written);
        writer.Advance(written);
        _plain.ResetWrittenCount();
    }
}
