using System.Runtime.InteropServices;

namespace Messaging.InMemory;

/// <summary>
/// Hands items to a sink, in order and one at a time, on the thread pool. Whoever puts an item in never runs the sink
/// itself: a request that causes a reply that causes a request costs a turn of the pool and no stack.
/// </summary>
internal abstract class Mailbox<T> : IThreadPoolWorkItem
    where T : struct
{
    // A burst should not leave a large array behind for good.
    private const int KeptCapacity = 1024;

    private readonly Lock _sync = new();
    private List<T> _incoming = [];
    private List<T> _taken = [];
    private bool _scheduled;
    private TaskCompletionSource? _idle;

    /// <summary>Puts an item in. True when the caller must now call <see cref="Wake"/>, best outside of its locks.</summary>
    public bool Put(in T item)
    {
        lock (_sync)
        {
            _incoming.Add(item);
            if (_scheduled)
            {
                return false;
            }

            _scheduled = true;
            return true;
        }
    }

    public void Wake() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    public void Post(in T item)
    {
        if (Put(item))
        {
            Wake();
        }
    }

    /// <summary>Completes when everything that was put in has been handled.</summary>
    public Task WhenIdleAsync()
    {
        lock (_sync)
        {
            if (!_scheduled)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (_sync)
        {
            (_incoming, _taken) = (_taken, _incoming);
        }

        foreach (ref readonly var item in CollectionsMarshal.AsSpan(_taken))
        {
            try
            {
                Handle(item);
            }
            catch (Exception e)
            {
                // On a thread of the pool it would end the process; it ends the link instead, which says so.
                Failed(e);
            }
        }

        _taken.Clear();
        if (_taken.Capacity > KeptCapacity)
        {
            _taken = [];
        }

        TaskCompletionSource? idle;
        lock (_sync)
        {
            if (_incoming.Count == 0)
            {
                _scheduled = false;
                idle = _idle;
                _idle = null;
            }
            else
            {
                idle = null;
            }

            if (_scheduled)
            {
                // One batch per turn, so that other work of the pool gets its turns as well.
                Wake();
                return;
            }
        }

        idle?.SetResult();
    }

    protected abstract void Handle(in T item);

    protected abstract void Failed(Exception exception);
}
