using System.Runtime.CompilerServices;
using Messaging.Links;
using Messaging.Observers;
using Messaging.Telemetry;
using Messaging.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messaging.Catalogue;

/// <summary>Listens to what workers announce from its first use on, and keeps what is not too old.</summary>
internal sealed partial class ServiceCatalogue : IServiceCatalogue, ICatalogueSink, IAsyncDisposable
{
    // Workers answer within a quarter of a second, or within a whole one where another catalogue has just asked.
    private static readonly TimeSpan _answerTime = TimeSpan.FromSeconds(1.25);
    private static readonly TimeSpan _sweepInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _watchInterval = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LinkKeeper<CatalogueLink> _links;
    private readonly ITimer _sweep;
    private readonly Lock _lock = new();
    private readonly InstanceTable _instances;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _full;
    private int _sweeping;

    public ServiceCatalogue(ITransport transport, IOptions<ReconnectOptions> reconnect, TimeProvider time, GuardedLogger<ServiceCatalogue> logger)
    {
        _time = time;
        _logger = logger;
        _instances = new InstanceTable(time);
        _links = new LinkKeeper<CatalogueLink>(
            token => CatalogueLink.OpenAsync(transport, this, _answerTime, time, token), "catalogue", reconnect.Value, time, logger);
        _sweep = time.CreateTimer(static state => ((ServiceCatalogue)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public async ValueTask<IReadOnlyList<ServiceInstance>> ListAsync(CancellationToken cancellationToken = default)
    {
        await ListenAsync(cancellationToken).ConfigureAwait(false);
        return Snapshot(out _);
    }

    public async IAsyncEnumerable<IReadOnlyList<ServiceInstance>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ListenAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            yield return Snapshot(out var changed);
            await Task.Delay(_watchInterval, _time, cancellationToken).ConfigureAwait(false);
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    void ICatalogueSink.OnAnnouncement(in InboundMessage message)
    {
        if (AnnouncementFormat.TryRead(message) is not { } announcement)
        {
            MessagingTelemetry.RefusedAnnouncements.Add(1);
            return;
        }

        var refused = false;
        var reportFull = false;
        lock (_lock)
        {
            if (announcement.Gone)
            {
                if (_instances.Remove(announcement))
                {
                    SignalChange();
                }
            }
            else if (_instances.TryAdd(announcement, message.Body.Length))
            {
                SignalChange();
            }
            else
            {
                refused = true;
                reportFull = !_full;
                _full = true;
            }
        }

        if (refused)
        {
            MessagingTelemetry.RefusedAnnouncements.Add(1);
        }

        if (reportFull)
        {
            LogFull(_logger, InstanceTable.MaxInstances);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await _links.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Complete when it listens and knows who is there; or, while the link is away for a moment, still knows it.</summary>
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        _links.Start();
        if (Interlocked.Exchange(ref _sweeping, 1) == 0)
        {
            _sweep.Change(_sweepInterval, _sweepInterval);
        }

        while (true)
        {
            var next = _links.NextAttempt;
            if (_links.Current is { } link)
            {
                await link.Answered.WaitAsync(cancellationToken).ConfigureAwait(false);
                return;
            }

            lock (_lock)
            {
                if (_instances.Count > 0)
                {
                    return;
                }
            }

            if (_links.LastFailure is { } failure)
            {
                throw failure is TransportException refusal
                    ? refusal.ToRpcException()
                    : new RpcException(StatusCode.Internal, $"The catalogue can't listen: {failure.Message}", failure);
            }

            await next.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private IReadOnlyList<ServiceInstance> Snapshot(out Task changed)
    {
        lock (_lock)
        {
            // Not what the next sweep would forget.
            _instances.RemoveExpired();
            changed = _changed.Task;
            return _instances.Snapshot();
        }
    }

    private void Sweep()
    {
        lock (_lock)
        {
            if (_instances.RemoveExpired())
            {
                SignalChange();
            }

            _full &= _instances.Count >= InstanceTable.MaxInstances;
        }
    }

    private void SignalChange()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(1, LogLevel.Warning, "The catalogue knows {Limit} instances, or as much as they may say, and keeps no more. Somebody invents them: see who may publish to amq.direct.")]
    private static partial void LogFull(ILogger logger, int limit);
}
