using System.Collections.Concurrent;
using MassTransit;
using Migration.Contracts;

namespace Migration.OldSystem;

/// <summary>Shipping, which stays a consumer to the end.</summary>
internal sealed class ShippingConsumer(ConcurrentQueue<string> shipped, SemaphoreSlim signal) : IConsumer<Ship>
{
    public Task Consume(ConsumeContext<Ship> context)
    {
        shipped.Enqueue(context.Message.Sku);
        signal.Release();
        return Task.CompletedTask;
    }
}
