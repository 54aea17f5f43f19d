using Messaging.Batching;
using Messaging.Overload;
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
internal sealed class ConcurrencyGate(int concurrency, Turns turns, Func<WorkerCall, ValueTask> serve, WaitingRoom room) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _refusing;
    private int _parked;
    private bool _turnComes;
    private bool _stopping;

    /// <summary>How many calls are being served.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Whether there is no slot free.</summary>
    public bool IsFull => Running >= concurrency;

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
            room.Add(call);
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

    /// <summary>Begins to count how many calls are begun.</summary>
    public void BeginCounting(long now)
    {
        lock (_lock)
        {
            room.BeginCounting(now);
        }
    }

    /// <summary>The worker is overloaded: from here the senders of what waits take turns.</summary>
    public void BeginFair(long now)
    {
        lock (_lock)
        {
            if (!_stopping)
            {
                room.BeginFair(now);
            }
        }
    }

    /// <summary>The worker is not overloaded any more.</summary>
    public void EndFair()
    {
        lock (_lock)
        {
            room.EndFair();
        }
    }

    /// <summary>Refuses whom time has passed. Returns whether nobody waited at some moment since this was last asked.</summary>
    public bool Look(long now)
    {
        lock (_lock)
        {
            var wasEmpty = room.WasEmpty || (room.IsEmpty && _running < concurrency);
            if (room.IsFair && !_stopping)
            {
                room.Look(now);
                AskForTurn();
            }

            room.WasEmpty = false;
            return wasEmpty;
        }
    }

    /// <summary>Completes, once it lets nothing more in, when nothing that was taken is left, be it parked.</summary>
    public Task WhenEmptyAsync() => _empty.Task;

    /// <summary>Lets nothing more in. Complete when all that was taken has been served, or is parked.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            // Who waits is given back to other workers, and not refused.
            _stopping = true;
            room.EndFair();
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
            var refused = call.IsRefused;
            var serving = serve(call);
            if (serving.IsCompleted)
            {
                lock (_lock)
                {
                    Leave(refused);
                    call = TakeNext();
                    SignalIdle();
                }
            }
            else
            {
                _ = FinishAsync(serving, refused);
                lock (_lock)
                {
                    call = TakeNext();
                }
            }

            turns.Look();
        }

        turns.Leave();
    }

    private async Task FinishAsync(ValueTask serving, bool refused)
    {
        try
        {
            await serving.ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                Leave(refused);
                AskForTurn();
                SignalIdle();
            }
        }
    }

    private WorkerCall? TakeNext()
    {
        var call = room.TakeNext(hasSlot: _running < concurrency);
        if (call is { IsRefused: true })
        {
            _refusing++;
        }
        else if (call is not null)
        {
            _running++;
        }

        return call;
    }

    private void Leave(bool refused)
    {
        if (refused)
        {
            _refusing--;
        }
        else
        {
            _running--;
        }
    }

    private void AskForTurn()
    {
        if (!_turnComes && ((room.Waiting > 0 && _running < concurrency) || room.HasRefused))
        {
            _turnComes = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void SignalIdle()
    {
        if (_stopping && _running == 0 && _refusing == 0 && room.IsEmpty)
        {
            _idle.TrySetResult();
            if (_parked == 0)
            {
                _empty.TrySetResult();
            }
        }
    }
}
