using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Messaging.Interop;

/// <summary>Does what the tests' description asks of a server: https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md</summary>
internal sealed class TestService(TimeProvider time) : ITestService
{
    private const string EchoedHeader = "x-grpc-test-echo-initial";
    private const string EchoedTrailer = "x-grpc-test-echo-trailing-bin";
    private const int MaxResponseBytes = 16 * 1024 * 1024;

    public Task<Empty> EmptyCallAsync(Empty request, CancellationToken cancellationToken)
    {
        EchoMetadata();
        return Task.FromResult(new Empty());
    }

    public Task<SimpleResponse> UnaryCallAsync(SimpleRequest request, CancellationToken cancellationToken)
    {
        EchoMetadata();
        CheckCompressed(request.ExpectCompressed);
        ThrowIfAsked(request.ResponseStatus);
        Compress(request.ResponseCompressed);
        return Task.FromResult(new SimpleResponse { Payload = CreatePayload(request.ResponseType, request.ResponseSize) });
    }

    public async IAsyncEnumerable<StreamingOutputCallResponse> StreamingOutputCallAsync(
        StreamingOutputCallRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        EchoMetadata();
        ThrowIfAsked(request.ResponseStatus);
        await foreach (var response in RespondAsync(request, cancellationToken))
        {
            yield return response;
        }
    }

    public async Task<StreamingInputCallResponse> StreamingInputCallAsync(IAsyncEnumerable<StreamingInputCallRequest> requests, CancellationToken cancellationToken)
    {
        EchoMetadata();
        var size = 0;
        await foreach (var request in requests.WithCancellation(cancellationToken))
        {
            CheckCompressed(request.ExpectCompressed);
            size += request.Payload?.Body.Length ?? 0;
        }

        return new StreamingInputCallResponse { AggregatedPayloadSize = size };
    }

    public async IAsyncEnumerable<StreamingOutputCallResponse> FullDuplexCallAsync(
        IAsyncEnumerable<StreamingOutputCallRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        EchoMetadata();
        await foreach (var request in requests.WithCancellation(cancellationToken))
        {
            ThrowIfAsked(request.ResponseStatus);
            await foreach (var response in RespondAsync(request, cancellationToken))
            {
                yield return response;
            }
        }
    }

    public async IAsyncEnumerable<StreamingOutputCallResponse> HalfDuplexCallAsync(
        IAsyncEnumerable<StreamingOutputCallRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        EchoMetadata();
        foreach (var request in await requests.ToListAsync(cancellationToken))
        {
            await foreach (var response in RespondAsync(request, cancellationToken))
            {
                yield return response;
            }
        }
    }

    private async IAsyncEnumerable<StreamingOutputCallResponse> RespondAsync(
        StreamingOutputCallRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var parameters in request.ResponseParameters)
        {
            if (parameters.IntervalUs > 0)
            {
                await Task.Delay(TimeSpan.FromMicroseconds(parameters.IntervalUs), time, cancellationToken);
            }

            Compress(parameters.Compressed);
            yield return new StreamingOutputCallResponse { Payload = CreatePayload(request.ResponseType, parameters.Size) };
        }
    }

    private static void EchoMetadata()
    {
        var context = CallContext.Current!;
        if (context.Headers.TryGetValue(EchoedHeader, out var header))
        {
            context.ResponseHeaders[EchoedHeader] = header;
        }

        if (context.Headers.TryGetValue(EchoedTrailer, out var trailer))
        {
            context.ResponseTrailers[EchoedTrailer] = trailer;
        }
    }

    private static void CheckCompressed(BoolValue? expected)
    {
        if (expected is not null && expected.Value != (CallContext.Current!.RequestEncoding is not null))
        {
            throw new RpcException(
                StatusCode.InvalidArgument,
                expected.Value ? "The message was to be compressed, and is not." : "The message was not to be compressed, and is.");
        }
    }

    private static void Compress(BoolValue? asked) => CallContext.Current!.ReplyCompression = asked switch
    {
        null => ReplyCompression.Automatic,
        { Value: true } => ReplyCompression.Always,
        _ => ReplyCompression.Never,
    };

    private static void ThrowIfAsked(EchoStatus? status)
    {
        if (status is not null && status.Code != (int)StatusCode.OK)
        {
            throw new RpcException((StatusCode)status.Code, status.Message);
        }
    }

    private static Payload CreatePayload(PayloadType type, int size) =>
        size is >= 0 and <= MaxResponseBytes
            ? new Payload { Type = type, Body = UnsafeByteOperations.UnsafeWrap(new byte[size]) }
            : throw new RpcException(StatusCode.InvalidArgument, $"A response of {size} bytes can't be asked for: from 0 to {MaxResponseBytes}.");
}
