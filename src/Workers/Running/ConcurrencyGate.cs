using System.Collections.Concurrent;

namespace Messaging.Running;

/// <summary>
/// Serves deliveries on the thread pool, so many at a time as the concurrency says. Never on the transport's thread: a
/// handler that blocks would stop everything else that the connection brings. The prefetch bounds how many wait.
/// </summary>
internal sealed class ConcurrencyGate(int concurrency, Func<Delivery, ValueTask> serve)
{
    private readonly ConcurrentQueue<Delivery> _waiting = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // All that run or wait. Those above the concurrency are in the queue, or about to be.
    private int _taken;
    private volatile bool _stopping;

    public void Enter(Delivery delivery)
    {
        if (_stopping)
        {
            // Its link is closing, and the broker gives it to another worker.
            delivery.Dispose();
            return;
        }

        if (Interlocked.Increment(ref _taken) <= concurrency)
        {
            ThreadPool.UnsafeQueueUserWorkItem(new Start(this, delivery), preferLocal: false);
        }
        else
        {
            _waiting.Enqueue(delivery);
        }
    }

    /// <summary>Lets nothing more in. Complete when all that was taken has been served.</summary>
    public Task StopAsync()
    {
        _stopping = true;

        // The flag must be out before the count is read, or the last to finish and this could each leave it to the other.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _taken) == 0)
        {
            _idle.TrySetResult();
        }

        return _idle.Task;
    }

    private async Task ServeAsync(Delivery delivery)
    {
        while (true)
        {
            using (delivery)
            {
                await serve(delivery).ConfigureAwait(false);
            }

            var left = Interlocked.Decrement(ref _taken);
            if (left < concurrency)
            {
                if (left == 0 && _stopping)
                {
                    _idle.TrySetResult();
                }

                return;
            }

            delivery = TakeWaiting();
        }
    }

    private Delivery TakeWaiting()
    {
        Delivery? next;
        SpinWait spin = default;
        while (!_waiting.TryDequeue(out next))
        {
            // It has been counted and is being put into the queue this instant.
            spin.SpinOnce();
        }

        return next;
    }

    private sealed class Start(ConcurrencyGate gate, Delivery delivery) : IThreadPoolWorkItem
    {
        public void Execute() => _ = gate.ServeAsync(delivery);
    }
}
