using System.Collections.Concurrent;
using Messaging.Letters;

namespace Messaging.Watching;

/// <summary>What is known of a service's queues.</summary>
/// <param name="Queues">As they were last seen; null where they never were.</param>
/// <param name="Trouble">Why they could not be looked at now; null where they could.</param>
internal sealed record QueueLook(IReadOnlyList<QueueState>? Queues, BrokerTrouble? Trouble)
{
    public static QueueLook None { get; } = new(null, null);
}

/// <summary>Looks at the queues of the known services, one service after the other: often while somebody watches, else seldom.</summary>
internal sealed class QueueWatch(IServiceQueues queues, KnownServices known, BrokerSight sight, LetterDesk letters, TimeProvider time)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _pauseUnwatched = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, QueueLook> _looks = new(StringComparer.Ordinal);
    private int _watchers;

    /// <summary>How many pages watch.</summary>
    public int Watchers => Volatile.Read(ref _watchers);

    public QueueLook Of(string service) => _looks.GetValueOrDefault(service, QueueLook.None);

    public void Watch() => Interlocked.Increment(ref _watchers);

    public void Leave() => Interlocked.Decrement(ref _watchers);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var began = time.GetTimestamp();
            await LookAsync(cancellationToken).ConfigureAwait(false);
            do
            {
                await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(false);
            }
            while (Watchers == 0 && time.GetElapsedTime(began) < _pauseUnwatched);
        }
    }

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        RpcException? away = null;
        foreach (var service in known.Names)
        {
            if (await LookAsync(service, cancellationToken).ConfigureAwait(false) is { } failure)
            {
                away = failure;
                break;
            }
        }

        if (away is null)
        {
            sight.Saw(nameof(QueueWatch));
        }
        else
        {
            sight.Missed(nameof(QueueWatch), away);
        }
    }

    /// <summary>Looks at one service's queues. Returns the failure that makes looking at others pointless; null for none.</summary>
    private async Task<RpcException?> LookAsync(string service, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        RpcException failure;
        try
        {
            var isBusy = letters.IsBusy(service);
            var states = await queues.ListAsync(service, either.Token).ConfigureAwait(false);
            _looks[service] = new QueueLook(isBusy || letters.IsBusy(service) ? KeepLetters(service, states) : states, null);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            failure = new RpcException(StatusCode.Unavailable, $"The broker did not say within {_patience.TotalSeconds:0} s how long the queues of '{service}' are.");
        }
        catch (RpcException exception)
        {
            failure = exception;
        }

        _looks[service] = Of(service) with { Trouble = BrokerTrouble.Of(failure) };
        return failure.Status == StatusCode.Unavailable ? failure : null;
    }

    // The letters that somebody looks at here are hidden from the count meanwhile, and would seem to come and go.
    private IReadOnlyList<QueueState> KeepLetters(string service, IReadOnlyList<QueueState> states)
    {
        var before = Of(service).Queues?.FirstOrDefault(static queue => queue.Purpose == QueuePurpose.DeadLetters);
        return before is null ? states : [.. states.Select(state => state.Purpose == QueuePurpose.DeadLetters ? state with { Messages = before.Messages } : state)];
    }
}
