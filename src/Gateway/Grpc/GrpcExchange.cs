using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Messaging.Protection;
using Microsoft.AspNetCore.Http;

namespace Messaging.Grpc;

/// <summary>The HTTP of one call: messages in; headers, messages and a status out. What differs between gRPC and gRPC-Web is below it.</summary>
internal abstract class GrpcExchange(HttpContext context, GrpcContentType type)
{
    // What has been written leaves when it is this much, if nothing else has it leave.
    private const int FlushBytes = 64 * 1024;

    private int _unflushed;

    public GrpcContentType Type => type;

    public HttpContext Context => context;

    /// <summary>The client has left, or reset the call.</summary>
    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>Whether a message or the headers were written: the status comes behind them then.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether enough is written to be sent.</summary>
    public bool IsFull => _unflushed >= FlushBytes;

    /// <summary>Where the messages of the client come from.</summary>
    protected abstract PipeReader Input { get; }

    /// <summary>The next message of the client; null at their end.</summary>
    /// <exception cref="RpcException">As of <see cref="GrpcFrameReader.ReadAsync"/>.</exception>
    public ValueTask<GrpcFrame?> ReadAsync(int maxBytes, CancellationToken cancellationToken) =>
        GrpcFrameReader.ReadAsync(Input, maxBytes, cancellationToken);

    /// <summary>Sets a header, as long as nothing has begun.</summary>
    public void SetHeader(string name, string value) => context.Response.Headers[name] = value;

    /// <summary>Says when it may be worth calling again. https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback</summary>
    public void SetRetryAfter(TimeSpan wait) =>
        SetHeader("grpc-retry-pushback-ms", Math.Max(1, (long)Math.Ceiling(wait.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes a message, to be sent with the next flush or the end.</summary>
    public void Write(bool isCompressed, ReadOnlySpan<byte> body)
    {
        HasBegun = true;
        _unflushed += GrpcFrameWriter.HeadBytes + body.Length;
        GrpcFrameWriter.Write(Output, isCompressed, body);
    }

    /// <summary>Sends what is written, or the headers alone, and waits while the client takes it more slowly than it comes.</summary>
    /// <exception cref="OperationCanceledException">The client has left, or takes nothing.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        HasBegun = true;
        _unflushed = 0;
        BeforeFlush();
        await AdmittedRequest.Of(context).FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the call: behind what was written, or in its place.</summary>
    public void End(IReadOnlyList<KeyValuePair<string, string>> trailers)
    {
        if (HasBegun)
        {
            WriteTrailers(trailers);
            BeforeFlush();
            return;
        }

        foreach (var (name, value) in trailers)
        {
            context.Response.Headers[name] = value;
        }
    }

    /// <summary>Where messages are written.</summary>
    protected abstract IBufferWriter<byte> Output { get; }

    protected abstract void WriteTrailers(IReadOnlyList<KeyValuePair<string, string>> trailers);

    /// <summary>Hands on what was written, where it is kept before.</summary>
    protected virtual void BeforeFlush()
    {
    }
}
