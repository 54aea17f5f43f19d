using Messaging.Pipeline;

namespace Messaging.Overload;

/// <summary>The calls of one sender that wait, from the oldest to the newest. Not thread-safe.</summary>
internal sealed class SenderLine(string sender)
{
    private WorkerCall? _newest;

    public string Sender => sender;

    public WorkerCall? Oldest { get; private set; }

    public int Count { get; private set; }

    /// <summary>Whether it has its place in the round.</summary>
    public bool IsInRound { get; set; }

    public void Add(WorkerCall call)
    {
        call.Older = _newest;
        if (_newest is null)
        {
            Oldest = call;
        }
        else
        {
            _newest.Newer = call;
        }

        _newest = call;
        Count++;
    }

    public WorkerCall TakeNewest()
    {
        var call = _newest!;
        _newest = call.Older;
        if (_newest is null)
        {
            Oldest = null;
        }
        else
        {
            _newest.Newer = null;
        }

        return Taken(call);
    }

    public WorkerCall TakeOldest()
    {
        var call = Oldest!;
        Oldest = call.Newer;
        if (Oldest is null)
        {
            _newest = null;
        }
        else
        {
            Oldest.Older = null;
        }

        return Taken(call);
    }

    private WorkerCall Taken(WorkerCall call)
    {
        call.Older = null;
        call.Newer = null;
        Count--;
        return call;
    }
}
