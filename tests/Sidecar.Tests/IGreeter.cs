using Messaging.Sidecar.Tests.Greeting;

namespace Messaging.Sidecar.Tests;

/// <summary>The server's service as a C# caller sees it.</summary>
[Service("example.Greeter")]
public interface IGreeter
{
    [Operation(Idempotent = true)]
    Task<HelloReply> SayHelloAsync(HelloRequest request, CancellationToken cancellationToken = default);

    IAsyncEnumerable<HelloReply> CountAsync(HelloRequest request, CancellationToken cancellationToken = default);

    Task<HelloReply> CollectAsync(IAsyncEnumerable<HelloRequest> items, CancellationToken cancellationToken = default);

    IAsyncEnumerable<HelloReply> ChatAsync(IAsyncEnumerable<HelloRequest> items, CancellationToken cancellationToken = default);
}
