using Messaging.Telemetry;
using Messaging.Transport;

namespace Messaging.Batching;

/// <summary>
/// Sends what is waiting for the connection in as few messages as it fits. The first to come asks for a turn of the
/// thread pool, or joins those that run (<see cref="Turns"/>); whatever has gathered when that is over, and when the
/// connection has taken what went before, goes out together. Nothing waits for company that is not already on its way.
/// </summary>
internal abstract class SendPump<TItem>(int maxBatchBytes, string kind) : IThreadPoolWorkItem
    where TItem : class
{
    // One for each doubling of the time that calls have left: those with very different deadlines go separately.
    private const int Lanes = 33;
    private const int MaxItems = 1024;

    // More unsent than this means that the connection is slower than those who send.
    private const int FullBytes = 4 * 1024 * 1024;

    private readonly int _maxBatchBytes = Math.Min(maxBatchBytes, BatchFormat.MaxBytes);
    private readonly SendBatch<TItem>?[] _open = new SendBatch<TItem>?[Lanes];
    private List<SendBatch<TItem>> _waiting = [];
    private List<SendBatch<TItem>> _taken = [];
    private long _unsentBytes;
    private bool _scheduled;
    private bool _full;
    private TaskCompletionSource? _idle;

    /// <summary>Whether nothing waits and nothing is being sent.</summary>
    public bool IsIdle => !Volatile.Read(ref _scheduled);

    /// <summary>Guards everything that is not yet being sent.</summary>
    protected Lock Sync { get; } = new();

    /// <summary>Completes when everything that was put in has been handed to the connection, or has failed.</summary>
    public Task WhenIdleAsync()
    {
        lock (Sync)
        {
            return _scheduled
                ? (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (Sync)
        {
            (_waiting, _taken) = (_taken, _waiting);
            Array.Clear(_open);
        }

        var sending = SendTakenAsync();
        if (!sending.IsCompletedSuccessfully)
        {
            _ = sending.AsTask();
        }
    }

    /// <summary>Whether a frame may share a message at all.</summary>
    protected bool Fits(int frameBytes) => frameBytes <= BatchFormat.MaxFrameBytes && frameBytes <= _maxBatchBytes - BatchFormat.HeadBytes;

    /// <summary>The batch to add a frame to. Only under <see cref="Sync"/>, and then <see cref="Wake"/>.</summary>
    /// <param name="lane">Frames of different lanes don't share a batch.</param>
    /// <param name="frameBytes">The frame's size.</param>
    /// <param name="costUs">What it will cost a worker, in microseconds.</param>
    /// <param name="budgetUs">What a message may cost a worker.</param>
    /// <param name="now">The time, should a batch be begun.</param>
    protected SendBatch<TItem> Open(int lane, int frameBytes, int costUs, int budgetUs, long now)
    {
        var batch = _open[lane];
        if (batch is null
            || batch.Bytes + frameBytes > _maxBatchBytes
            || batch.CostUs + costUs > budgetUs
            || batch.Count == MaxItems)
        {
            batch = SendBatch<TItem>.Rent(lane, now);
            _open[lane] = batch;
            _waiting.Add(batch);
        }

        batch.CostUs += costUs;
        _unsentBytes += frameBytes;
        return batch;
    }

    /// <summary>Asks for a turn, if there is not one coming. Only under <see cref="Sync"/>.</summary>
    protected void Wake()
    {
        if (!_scheduled)
        {
            _scheduled = true;
            if (Turns.Current is { } turns)
            {
                turns.Add(this);
            }
            else
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }

        if (!_full && _unsentBytes > FullBytes)
        {
            _full = true;
            OnFull(true);
        }
    }

    /// <summary>Hands a batch to the connection.</summary>
    /// <exception cref="TransportException">It was not sent, or it is unknown whether it was.</exception>
    protected abstract ValueTask SendAsync(SendBatch<TItem> batch);

    /// <summary>The item's batch is sent.</summary>
    protected abstract void OnSent(TItem item);

    /// <summary>The item's batch is not sent, or it is unknown whether it was.</summary>
    protected abstract void OnFailed(TItem item, TransportException exception);

    /// <summary>The connection can't keep up, or it has caught up. Called under <see cref="Sync"/>.</summary>
    protected abstract void OnFull(bool isFull);

    private async ValueTask SendTakenAsync()
    {
        List<Task>? slow = null;
        foreach (var batch in _taken)
        {
            var sending = SendBatchAsync(batch);
            if (!sending.IsCompletedSuccessfully)
            {
                (slow ??= []).Add(sending.AsTask());
            }
        }

        _taken.Clear();
        if (slow is not null)
        {
            await Task.WhenAll(slow).ConfigureAwait(false);
        }

        TaskCompletionSource? idle = null;
        lock (Sync)
        {
            if (_waiting.Count > 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            else
            {
                _scheduled = false;
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
    }

    private async ValueTask SendBatchAsync(SendBatch<TItem> batch)
    {
        TransportException? failure = null;
        try
        {
            MessagingMetrics.RecordBatch(batch.Count, kind);
            await SendAsync(batch).ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            failure = exception;
        }
        catch (Exception exception)
        {
            // A bug below. Those who wait must not wait for ever because of it.
            failure = new TransportException(TransportFailure.Unknown, $"Sending a batch of {batch.Count} failed: {exception.Message}", exception);
        }

        foreach (var item in batch.Items)
        {
            if (failure is null)
            {
                OnSent(item);
            }
            else
            {
                OnFailed(item, failure);
            }
        }

        lock (Sync)
        {
            _unsentBytes -= batch.Bytes - BatchFormat.HeadBytes;
            if (_full && _unsentBytes < FullBytes / 2)
            {
                _full = false;
                OnFull(false);
            }
        }

        batch.Return();
    }
}
