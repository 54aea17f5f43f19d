using Messaging.Batching;

namespace Messaging.Calls;

/// <summary>
/// Gives callers their outcomes, on the thread pool: neither the transport's thread nor a timer's runs their code. One
/// turn goes from caller to caller; it first asks for another one, should there be more, so that a caller that blocks
/// holds up nobody. The calls that the callers go on to make leave together when the last turn ends.
/// </summary>
internal sealed class ReplyTurns(Turns turns) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly Queue<PendingCall> _ended = new();
    private bool _turnComes;

    /// <summary>Takes a call that has ended.</summary>
    public void Add(PendingCall call)
    {
        lock (_lock)
        {
            _ended.Enqueue(call);
            AskForTurn();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        PendingCall? call;
        lock (_lock)
        {
            _turnComes = false;
            _ended.TryDequeue(out call);
            AskForTurn();
        }

        turns.Enter();
        while (call is not null)
        {
            call.Complete();
            turns.Look();
            lock (_lock)
            {
                _ended.TryDequeue(out call);
            }
        }

        turns.Leave();
    }

    private void AskForTurn()
    {
        if (!_turnComes && _ended.Count > 0)
        {
            _turnComes = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
