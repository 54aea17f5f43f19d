using Messaging.Batching;
using Messaging.Pipeline;

namespace Messaging.Running;

/// <summary>
/// Serves calls on the thread pool, so many at a time as the concurrency says. Never on the transport's thread: a
/// handler that blocks would stop everything else that the connection brings. The prefetch bounds how many wait.
/// </summary>
/// <remarks>
/// One turn of the pool serves calls one after the other as long as their handlers end without waiting. Each turn first
/// asks for another one, should there be more to do: a handler that blocks holds up nobody but itself. The replies that
/// the turns bring about leave together when the last of them ends.
/// </remarks>
internal sealed class ConcurrencyGate(int concurrency, Turns turns, Func<WorkerCall, ValueTask> serve) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly Queue<WorkerCall> _waiting = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _parked;
    private bool _turnComes;
    private bool _stopping;

    /// <summary>How many calls are being served.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Takes a call. False when it is closed. <see cref="Wake"/> starts what was taken.</summary>
    public bool TryEnter(WorkerCall call)
    {
        lock (_lock)
        {
            if (_stopping)
            {
                return false;
            }

            call.Gate = this;
            _waiting.Enqueue(call);
            return true;
        }
    }

    public void Wake()
    {
        lock (_lock)
        {
            AskForTurn();
        }
    }

    /// <summary>A call that is being served only waits from now on: another may run in its place.</summary>
    public void Park()
    {
        lock (_lock)
        {
            _running--;
            _parked++;
            AskForTurn();
            SignalIdle();
        }
    }

    /// <summary>A call that only waited goes on.</summary>
    public void Unpark()
    {
        lock (_lock)
        {
            _parked--;
            _running++;
        }
    }

    /// <summary>Completes, once it lets nothing more in, when nothing that was taken is left, be it parked.</summary>
    public Task WhenEmptyAsync() => _empty.Task;

    /// <summary>Lets nothing more in. Complete when all that was taken has been served, or is parked.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            _stopping = true;
            SignalIdle();
        }

        return _idle.Task;
    }

    void IThreadPoolWorkItem.Execute()
    {
        WorkerCall? call;
        lock (_lock)
        {
            _turnComes = false;
            call = TakeNext();
            AskForTurn();
        }

        turns.Enter();
        while (call is not null)
        {
            var serving = serve(call);
            if (serving.IsCompleted)
            {
                lock (_lock)
                {
                    _running--;
                    call = TakeNext();
                    SignalIdle();
                }
            }
            else
            {
                _ = FinishAsync(serving);
                lock (_lock)
                {
                    call = TakeNext();
                }
            }

            turns.Look();
        }

        turns.Leave();
    }

    private async Task FinishAsync(ValueTask serving)
    {
        try
        {
            await serving.ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _running--;
                AskForTurn();
                SignalIdle();
            }
        }
    }

    private WorkerCall? TakeNext()
    {
        if (_running >= concurrency || !_waiting.TryDequeue(out var call))
        {
            return null;
        }

        _running++;
        return call;
    }

    private void AskForTurn()
    {
        if (!_turnComes && _waiting.Count > 0 && _running < concurrency)
        {
            _turnComes = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void SignalIdle()
    {
        if (_stopping && _running == 0 && _waiting.Count == 0)
        {
            _idle.TrySetResult();
            if (_parked == 0)
            {
                _empty.TrySetResult();
            }
        }
    }
}
