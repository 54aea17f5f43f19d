using System.Runtime.CompilerServices;
using Greeter.Contracts;

namespace Greeter.Worker;

/// <summary>Greets.</summary>
internal sealed class GreeterHandler(TimeProvider time) : IGreeter
{
    private const int Times = 5;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    public Task<HelloReply> SayHelloAsync(HelloRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new HelloReply { Message = $"Hello {request.Name}" });

    public async IAsyncEnumerable<HelloReply> SayHellosAsync(HelloRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; number <= Times; number++)
        {
            yield return new HelloReply { Message = $"Hello {request.Name}, {number} of {Times}" };
            if (number < Times)
            {
                await Task.Delay(_pause, time, cancellationToken);
            }
        }
    }
}
