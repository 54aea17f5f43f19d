using System.Threading.Channels;

namespace Messaging.Running;

/// <summary>Serves deliveries, so many at a time as the concurrency says; the prefetch bounds how many wait.</summary>
internal sealed class DeliveryLoops
{
    private readonly Channel<Delivery> _waiting = Channel.CreateUnbounded<Delivery>();
    private readonly Func<Delivery, ValueTask> _serve;
    private readonly Task[] _loops;

    public DeliveryLoops(int concurrency, Func<Delivery, ValueTask> serve)
    {
        _serve = serve;
        _loops = new Task[concurrency];
        for (var i = 0; i < concurrency; i++)
        {
            _loops[i] = ServeAsync();
        }
    }

    public void Enqueue(Delivery delivery)
    {
        if (!_waiting.Writer.TryWrite(delivery))
        {
            // Stopped: its link is closed, or about to be, and the broker gives it to another worker.
            delivery.Dispose();
        }
    }

    /// <summary>Complete when all that was taken has been served.</summary>
    public Task StopAsync()
    {
        _waiting.Writer.TryComplete();
        return Task.WhenAll(_loops);
    }

    private async Task ServeAsync()
    {
        await foreach (var delivery in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            using (delivery)
            {
                await _serve(delivery).ConfigureAwait(false);
            }
        }
    }
}
