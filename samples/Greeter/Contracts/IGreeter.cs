using Messaging;

namespace Greeter.Contracts;

/// <summary>The service of <c>greeter.proto</c>: its wire name is the proto's package and service, its methods are the proto's.</summary>
[Service("example.Greeter")]
public interface IGreeter
{
    Task<HelloReply> SayHelloAsync(HelloRequest request, CancellationToken cancellationToken = default);

    IAsyncEnumerable<HelloReply> SayHellosAsync(HelloRequest request, CancellationToken cancellationToken = default);
}
