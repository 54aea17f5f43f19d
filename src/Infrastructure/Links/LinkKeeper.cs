using Messaging.Telemetry;
using Messaging.Transport;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Messaging.Links;

/// <summary>Keeps one link open: opens it, watches it, and opens a new one with jittered backoff when it is lost.</summary>
/// <typeparam name="TLink">The link.</typeparam>
internal sealed partial class LinkKeeper<TLink> : IAsyncDisposable
    where TLink : class, ILink
{
    private readonly Func<CancellationToken, ValueTask<TLink>> _open;
    private readonly TimeProvider _time;
    private readonly ReconnectOptions _options;
    private readonly ILogger _logger;
    private readonly string _purpose;
    private readonly ResiliencePipeline _attempts;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LinkLoss> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private TaskCompletionSource<TLink> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _nextAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TLink? _current;
    private volatile Exception? _lastFailure;
    private Task? _loop;
    private long _lostAt;

    /// <param name="open">One attempt.</param>
    /// <param name="purpose">For the log, e.g. <c>worker orders</c>.</param>
    /// <param name="options">The backoff.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public LinkKeeper(
        Func<CancellationToken, ValueTask<TLink>> open, string purpose, ReconnectOptions options, TimeProvider time, ILogger logger)
    {
        _open = open;
        _purpose = purpose;
        _options = options;
        _time = time;
        _logger = logger;
        _attempts = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.InitialDelay,
                MaxDelay = options.MaxDelay,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is TransportException),
                OnRetry = arguments =>
                {
                    Failed(arguments.Outcome.Exception!, arguments.RetryDelay, arguments.AttemptNumber);
                    return default;
                },
            })
            .Build();
    }

    /// <summary>The open link; null while there is none.</summary>
    public TLink? Current => _current;

    /// <summary>Why the last attempt failed; null while a link is open.</summary>
    public Exception? LastFailure => _lastFailure;

    /// <summary>For how long there has been no link; null while one is open, and before <see cref="Start"/>.</summary>
    public TimeSpan? Away => _current is null && Volatile.Read(ref _loop) is not null ? _time.GetElapsedTime(Interlocked.Read(ref _lostAt)) : null;

    /// <summary>Starts to connect. Idempotent.</summary>
    public void Start()
    {
        if (_loop is null)
        {
            lock (_lock)
            {
                if (_stop.Task.IsCompleted)
                {
                    _next.TrySetCanceled();
                    _nextAttempt.TrySetCanceled();
                    return;
                }

                if (_loop is null)
                {
                    Interlocked.Exchange(ref _lostAt, _time.GetTimestamp());
                    _loop = KeepAsync();
                    ObservedState.Add(this, () => [new(ObservedKind.LinksWanted, _purpose, 1), new(ObservedKind.LinksOpen, _purpose, _current is null ? 0 : 1)]);
                }
            }
        }
    }

    /// <summary>Completes when the first attempt succeeded, faults with its <see cref="TransportException"/> when it failed; attempts go on.</summary>
    public Task FirstAttempt => _firstAttempt.Task;

    /// <summary>Waits for an open link.</summary>
    public Task<TLink> GetAsync(CancellationToken cancellationToken)
    {
        Start();
        lock (_lock)
        {
            return _current is { } link ? Task.FromResult(link) : _next.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Completes when the next attempt has succeeded or failed. For those whom a failure may tell that waiting won't help.</summary>
    public Task NextAttempt
    {
        get
        {
            Start();
            lock (_lock)
            {
                return _nextAttempt.Task;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A drained worker closed it before its container does, and a container disposes once for each registration.
        if (!_stop.TrySetResult(new LinkLoss("closed", Disposed: true)))
        {
            return;
        }

        ObservedState.Remove(this);
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_loop is not null)
        {
            await _loop.ConfigureAwait(false);
        }

        _firstAttempt.TrySetCanceled();
        lock (_lock)
        {
            _next.TrySetCanceled();
            _nextAttempt.TrySetCanceled();
        }

        _stopping.Dispose();
    }

    private async Task KeepAsync()
    {
        // The caller of Start should not pay for the first attempt's synchronous part.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                var link = await _attempts.ExecuteAsync(_open, _stopping.Token).ConfigureAwait(false);
                var loss = await HoldAsync(link).ConfigureAwait(false);
                if (loss.Disposed)
                {
                    return;
                }

                LogLost(_logger, _purpose, loss.Reason);
                MessagingMetrics.RecordLostLink(_purpose);

                // Many clients lose a broker at the same instant: they should not come back at the same instant.
                await Task.Delay(_options.InitialDelay * Random.Shared.NextDouble(), _time, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Disposed while connecting.
        }
        catch (Exception exception)
        {
            // Not a transport's failure but a bug: waiting callers must hear of it rather than hang.
            LogBroken(_logger, exception, _purpose);
            _lastFailure = exception;
            _firstAttempt.TrySetException(exception);
            lock (_lock)
            {
                _next.TrySetException(exception);
                _nextAttempt.TrySetException(exception);
            }
        }
    }

    private async Task<LinkLoss> HoldAsync(TLink link)
    {
        await using (link.ConfigureAwait(false))
        {
            TaskCompletionSource<TLink> waiting;
            lock (_lock)
            {
                _lastFailure = null;
                _current = link;
                waiting = _next;
                _next = new TaskCompletionSource<TLink>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            waiting.TrySetResult(link);
            EndAttempt();
            _firstAttempt.TrySetResult();
            LogOpened(_logger, _purpose);

            var ended = await Task.WhenAny(link.Lost, _stop.Task).ConfigureAwait(false);
            lock (_lock)
            {
                Interlocked.Exchange(ref _lostAt, _time.GetTimestamp());
                _current = null;
            }

            return await ended.ConfigureAwait(false);
        }
    }

    private void EndAttempt()
    {
        TaskCompletionSource ended;
        lock (_lock)
        {
            ended = _nextAttempt;
            _nextAttempt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        ended.TrySetResult();
    }

    private void Failed(Exception exception, TimeSpan delay, int attempt)
    {
        _lastFailure = exception;
        EndAttempt();

        // One line per incident: the first failure, not every attempt.
        if (attempt == 0)
        {
            LogFailed(_logger, _purpose, exception.Message, delay);
        }

        if (_firstAttempt.TrySetException(exception))
        {
            _ = _firstAttempt.Task.Exception; // observed: whoever wants it awaits FirstAttempt
        }
    }

    [LoggerMessage(2, LogLevel.Information, "Link open: {Purpose}.")]
    private static partial void LogOpened(ILogger logger, string purpose);

    [LoggerMessage(3, LogLevel.Warning, "Link lost: {Purpose}: {Reason}. Reconnecting.")]
    private static partial void LogLost(ILogger logger, string purpose, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Link not open: {Purpose}: {Reason} Next attempt in {Delay}, then with growing delays.")]
    private static partial void LogFailed(ILogger logger, string purpose, string reason, TimeSpan delay);

    [LoggerMessage(5, LogLevel.Critical, "Link given up: {Purpose}. This is a bug; please report it.")]
    private static partial void LogBroken(ILogger logger, Exception exception, string purpose);
}
