using Messaging.Links;
using Messaging.Transport;
using Microsoft.Extensions.Logging;

namespace Messaging.Running;

/// <summary>
/// The links of a worker: one for all that it serves. While one of its two queues can't be had, e.g. because the node of
/// the calls queue is down, that one serves the other queue, and a second link goes on trying for the queue that is missing.
/// </summary>
internal sealed class WorkerLinks : IAsyncDisposable
{
    private readonly Func<WorkerSubscription, CancellationToken, ValueTask<WorkerLink>> _open;
    private readonly WorkerSubscription _subscription;
    private readonly ReconnectOptions _reconnect;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LinkKeeper<WorkerLink> _main;
    private volatile LinkKeeper<WorkerLink>? _missing;
    private Task _missingEnded = Task.CompletedTask;
    private bool _attempted;

    /// <param name="open">One attempt.</param>
    /// <param name="subscription">All that the worker serves.</param>
    /// <param name="reconnect">The backoff.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public WorkerLinks(
        Func<WorkerSubscription, CancellationToken, ValueTask<WorkerLink>> open,
        WorkerSubscription subscription,
        ReconnectOptions reconnect,
        TimeProvider time,
        ILogger logger)
    {
        _open = open;
        _subscription = subscription;
        _reconnect = reconnect;
        _time = time;
        _logger = logger;
        _main = Keep(OpenAsync, $"worker {subscription.Service}");
    }

    /// <summary>Those that stand at this moment.</summary>
    public IEnumerable<WorkerLink> Open
    {
        get
        {
            if (_main.Current is { IsLost: false } main)
            {
                yield return main;
            }

            if (_missing?.Current is { IsLost: false } missing)
            {
                yield return missing;
            }
        }
    }

    /// <summary>Whether a queue is served by nobody here while the other one is.</summary>
    public bool IsPartial => _main.Current is { IsLost: false, Unserved: not null } && _missing?.Current is not { IsLost: false };

    /// <summary>Why the last attempt failed; null while nothing is missing.</summary>
    public Exception? LastFailure => _main.LastFailure ?? _missing?.LastFailure ?? _main.Current?.Unserved?.Failure;

    /// <summary>Completes when the first attempt succeeded, faults with its <see cref="TransportException"/> when it failed; attempts go on.</summary>
    public Task FirstAttempt => _main.FirstAttempt;

    public void Start() => _main.Start();

    public async ValueTask DisposeAsync()
    {
        // With the main link the other one ends.
        await _main.DisposeAsync().ConfigureAwait(false);
        await _missingEnded.ConfigureAwait(false);
    }

    private async ValueTask<WorkerLink> OpenAsync(CancellationToken cancellationToken)
    {
        await _missingEnded.ConfigureAwait(false);

        // Not at first: who starts a worker that is set up wrongly should hear of it, and not find half a worker.
        var subscription = _subscription with { AllowPartial = _attempted };
        _attempted = true;
        var link = await _open(subscription, cancellationToken).ConfigureAwait(false);
        if (link.Unserved is { } unserved)
        {
            _missingEnded = KeepTryingAsync(unserved.Queue, link);
        }

        return link;
    }

    private async Task KeepTryingAsync(QueueKind queue, WorkerLink main)
    {
        var isCalls = queue == QueueKind.Calls;
        var subscription = _subscription with { Calls = isCalls, Commands = !isCalls };
        var keeper = Keep(token => _open(subscription, token), $"{(isCalls ? "calls" : "commands")} of worker {subscription.Service}");
        await using (keeper.ConfigureAwait(false))
        {
            _missing = keeper;
            keeper.Start();
            await main.Lost.ConfigureAwait(false);
            _missing = null;
        }
    }

    private LinkKeeper<WorkerLink> Keep(Func<CancellationToken, ValueTask<WorkerLink>> open, string purpose) =>
        new(open, purpose, _reconnect, _time, _logger);
}
