namespace Messaging.Testing.Proxying;

/// <summary>What a <see cref="FaultProxy"/> does to the bytes of one direction. Everything may be changed at any time.</summary>
/// <param name="seed">Of the jitter.</param>
public sealed class FaultyDirection(int seed)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private TaskCompletionSource? _silence;

    /// <summary>How long bytes take at least.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>How much longer they may take, evenly spread. They stay in order.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>How many bytes pass in a second; null for as many as come.</summary>
    public int? BytesPerSecond { get; set; }

    /// <summary>
    /// Whether nothing passes and nothing is read, not even the end of a connection. What was under way passes when this
    /// ends, as TCP would send it again.
    /// </summary>
    public bool IsSilent
    {
        get
        {
            lock (_lock)
            {
                return _silence is not null;
            }
        }

        set
        {
            TaskCompletionSource? ended = null;
            lock (_lock)
            {
                if (value)
                {
                    _silence ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
                else
                {
                    (ended, _silence) = (_silence, null);
                }
            }

            ended?.SetResult();
        }
    }

    /// <summary>Lets everything pass.</summary>
    public void Heal()
    {
        Delay = TimeSpan.Zero;
        Jitter = TimeSpan.Zero;
        BytesPerSecond = null;
        IsSilent = false;
    }

    /// <summary>Waits until there is no silence.</summary>
    internal async Task WhenHeardAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task? silence;
            lock (_lock)
            {
                silence = _silence?.Task;
            }

            if (silence is null)
            {
                return;
            }

            await silence.WaitAsync(cancellationToken);
        }
    }

    /// <summary>How long the next bytes take.</summary>
    internal TimeSpan NextDelay()
    {
        if (Delay == TimeSpan.Zero && Jitter == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        lock (_lock)
        {
            return Delay + (Jitter * _random.NextDouble());
        }
    }
}
