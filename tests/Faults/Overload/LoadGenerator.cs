namespace Messaging.Faults.Overload;

/// <summary>Makes calls as it is told, and enters each in a book.</summary>
internal sealed class LoadGenerator(ICaller caller, CallBook book) : IAsyncDisposable
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(2);

    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _ends = new();
    private Task _generating = Task.CompletedTask;

    // Itself is one, until it is told that there will be no more.
    private int _underWay = 1;

    /// <summary>Goes on as it is told now; what is under way stays so.</summary>
    public async Task ObeyAsync(LoadOrder order)
    {
        await _ends.CancelAsync();
        await _generating;
        _ends.Dispose();
        _ends = new CancellationTokenSource();
        _generating = order.Kind switch
        {
            LoadKind.Open => MakeAtRateAsync(order.Amount, _ends.Token),
            LoadKind.Closed => Task.WhenAll(Enumerable.Range(0, (int)order.Amount).Select(_ => MakeOneByOneAsync(_ends.Token))),
            _ => Task.CompletedTask,
        };
    }

    /// <summary>Makes no more; complete when each has its outcome.</summary>
    public async Task EndAsync()
    {
        await ObeyAsync(LoadOrder.None);
        Leave();
        await _idle.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _generating;
        _ends.Dispose();
    }

    private async Task MakeAtRateAsync(double rate, CancellationToken cancellationToken)
    {
        var owed = 0.0;
        var last = SharedClock.Microseconds;
        using var timer = new PeriodicTimer(_tick);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var now = SharedClock.Microseconds;

                // What a machine without a free processor has not made for a second is not made any more.
                owed = Math.Min(Math.Max(rate, 1), owed + ((now - last) * rate / 1e6));
                last = now;
                for (; owed >= 1 && !cancellationToken.IsCancellationRequested; owed--)
                {
                    _ = MakeAsync();
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is told something else.
        }
    }

    private async Task MakeOneByOneAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await MakeAsync();
        }
    }

    private async Task MakeAsync()
    {
        Interlocked.Increment(ref _underWay);
        var made = SharedClock.Microseconds;
        CallEnd end;
        try
        {
            end = await caller.CallAsync();
        }
        catch (Exception stranger)
        {
            // Nobody may see one of these; the verdict names it.
            end = new CallEnd(stranger.GetType().Name, stranger.Message);
        }

        book.Enter(made, SharedClock.Microseconds, end);
        Leave();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _underWay) == 0)
        {
            _idle.SetResult();
        }
    }
}
