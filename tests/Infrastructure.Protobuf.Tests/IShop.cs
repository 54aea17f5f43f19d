using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using Messaging.Protobuf.Shop;

namespace Messaging.Protobuf;

/// <summary>A contract of generated messages, one method for each kind.</summary>
[Service("shop.Shop")]
public interface IShop
{
    Task<Everything> EchoAsync(Everything request, CancellationToken cancellationToken = default);

    Task<Empty> TouchAsync(Empty request, CancellationToken cancellationToken = default);

    Task ForgetAsync(Number request, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Number> CountAsync(Count request, CancellationToken cancellationToken = default);

    Task<Number> TotalAsync(IAsyncEnumerable<Number> items, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Number> DoubleAsync(IAsyncEnumerable<Number> items, CancellationToken cancellationToken = default);

    Task<PlainReply> PlainAsync(PlainRequest request, CancellationToken cancellationToken = default);

    [Command]
    Task KeepAsync(Number command, CancellationToken cancellationToken = default);
}

public sealed record PlainRequest(int Value);

public sealed record PlainReply(int Value);

public sealed class ShopHandler(TaskCompletionSource<long> kept) : IShop
{
    public Task<Everything> EchoAsync(Everything request, CancellationToken cancellationToken) => Task.FromResult(request);

    public Task<Empty> TouchAsync(Empty request, CancellationToken cancellationToken) => Task.FromResult(request);

    public Task ForgetAsync(Number request, CancellationToken cancellationToken) => Task.CompletedTask;

    public async IAsyncEnumerable<Number> CountAsync(Count request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var value = request.From; value <= request.To; value++)
        {
            yield return new Number { Value = value };
        }
    }

    public async Task<Number> TotalAsync(IAsyncEnumerable<Number> items, CancellationToken cancellationToken)
    {
        var total = new Number();
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            total.Value += item.Value;
        }

        return total;
    }

    public async IAsyncEnumerable<Number> DoubleAsync(IAsyncEnumerable<Number> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            yield return new Number { Value = 2 * item.Value };
        }
    }

    public Task<PlainReply> PlainAsync(PlainRequest request, CancellationToken cancellationToken) => Task.FromResult(new PlainReply(request.Value));

    public Task KeepAsync(Number command, CancellationToken cancellationToken)
    {
        kept.TrySetResult(command.Value);
        return Task.CompletedTask;
    }
}
