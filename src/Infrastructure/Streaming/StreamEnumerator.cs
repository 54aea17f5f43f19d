using System.Runtime.CompilerServices;

namespace Messaging.Streaming;

/// <summary>
/// Reads a stream for one reader. Whoever uses it as enumerators must not be used is told so, and harms nobody: a second
/// move while one is under way fails, and disposing ends a move that waits.
/// </summary>
internal abstract class StreamEnumerator<T> : IAsyncEnumerator<T>
{
    private T? _current;
    private int _moving;
    private bool _begun;
    private bool _over;
    private bool _hasCurrent;
    private volatile bool _disposed;

    public T Current => _hasCurrent
        ? _current!
        : throw new InvalidOperationException("The stream has no current item: call MoveNextAsync() and await it, and read Current only where it returned true.");

    public ValueTask<bool> MoveNextAsync()
    {
        if (Interlocked.Exchange(ref _moving, 1) != 0)
        {
            return ValueTask.FromException<bool>(new InvalidOperationException(
                "MoveNextAsync() was called while an earlier one is under way. Await each before you call the next; several readers need a stream each."));
        }

        _hasCurrent = false;
        if (_over || _disposed)
        {
            Volatile.Write(ref _moving, 0);
            return ValueTask.FromResult(false);
        }

        try
        {
            if (_begun && TryRead(out _current))
            {
                _hasCurrent = true;
                Volatile.Write(ref _moving, 0);
                return ValueTask.FromResult(true);
            }
        }
        catch (Exception exception)
        {
            // An item that can't be decoded is the stream's end.
            Finish();
            Volatile.Write(ref _moving, 0);
            return ValueTask.FromException<bool>(exception);
        }

        return WaitAsync();
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        Interlocked.MemoryBarrier();
        if (Interlocked.Exchange(ref _moving, 1) == 0)
        {
            _hasCurrent = false;
            Finish();
            Volatile.Write(ref _moving, 0);
        }
        else
        {
            // The move that is under way finds the end, and finishes.
            Stop();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Called once, by the first move.</summary>
    protected abstract void Begin();

    /// <summary>Waits until there is an item. False at the end of a complete stream.</summary>
    protected abstract ValueTask<bool> WaitToReadAsync();

    /// <summary>Reads the next item that has come. False where none waits.</summary>
    protected abstract bool TryRead(out T? item);

    /// <summary>The reader wants no more: ends what waits. Any number of times, by any thread, also before it has begun.</summary>
    protected abstract void Stop();

    /// <summary>The reader is done, once, whether it came to the end or not.</summary>
    /// <param name="begun">Whether it ever began.</param>
    protected abstract void Leave(bool begun);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync()
    {
        try
        {
            if (!_begun)
            {
                _begun = true;
                Begin();
                Interlocked.MemoryBarrier();
                if (_disposed)
                {
                    Stop();
                }
            }

            while (await WaitToReadAsync().ConfigureAwait(false) && !_disposed)
            {
                if (TryRead(out _current))
                {
                    _hasCurrent = true;
                    return true;
                }
            }

            return _disposed ? throw new OperationCanceledException("The stream's enumerator was disposed while it waited for an item.") : false;
        }
        finally
        {
            if (!_hasCurrent)
            {
                Finish();
            }

            Volatile.Write(ref _moving, 0);
        }
    }

    private void Finish()
    {
        if (!_over)
        {
            _over = true;
            Leave(_begun);
        }
    }
}
