namespace Messaging.Interop;

/// <summary>The service of gRPC's interoperability tests, without the method that nobody implements.</summary>
[Service("grpc.testing.TestService")]
public interface ITestService
{
    Task<Empty> EmptyCallAsync(Empty request, CancellationToken cancellationToken = default);

    Task<SimpleResponse> UnaryCallAsync(SimpleRequest request, CancellationToken cancellationToken = default);

    IAsyncEnumerable<StreamingOutputCallResponse> StreamingOutputCallAsync(StreamingOutputCallRequest request, CancellationToken cancellationToken = default);

    Task<StreamingInputCallResponse> StreamingInputCallAsync(IAsyncEnumerable<StreamingInputCallRequest> requests, CancellationToken cancellationToken = default);

    IAsyncEnumerable<StreamingOutputCallResponse> FullDuplexCallAsync(IAsyncEnumerable<StreamingOutputCallRequest> requests, CancellationToken cancellationToken = default);

    IAsyncEnumerable<StreamingOutputCallResponse> HalfDuplexCallAsync(IAsyncEnumerable<StreamingOutputCallRequest> requests, CancellationToken cancellationToken = default);
}
