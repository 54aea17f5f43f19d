namespace Messaging.Faults.Parties;

/// <summary>Lets commands through, or holds them, as the run says.</summary>
internal sealed class LoadGate
{
    /// <summary>What the run says for no more commands.</summary>
    public const string Hold = "hold";

    /// <summary>What the run says for commands again.</summary>
    public const string Release = "release";

    /// <summary>What is answered to <see cref="Hold"/> when no command is under way.</summary>
    public const string Held = "held";

    private readonly Lock _lock = new();
    private TaskCompletionSource? _opened;
    private TaskCompletionSource? _empty;
    private int _inside;

    /// <summary>Waits while it is closed.</summary>
    /// <returns>To be disposed when the command has ended.</returns>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task opened;
            lock (_lock)
            {
                if (_opened is null)
                {
                    _inside++;
                    return new Entry(this);
                }

                opened = _opened.Task;
            }

            await opened.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Closes it; complete when nobody is inside.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _opened ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_inside == 0)
            {
                _empty.SetResult();
            }

            return _empty.Task;
        }
    }

    /// <summary>Opens it.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _opened?.SetResult();
            _opened = null;
            _empty = null;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_inside == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    private sealed class Entry(LoadGate gate) : IDisposable
    {
        public void Dispose() => gate.Leave();
    }
}
