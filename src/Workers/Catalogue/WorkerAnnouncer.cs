using System.Security.Cryptography;
using Messaging.Handling;
using Messaging.Running;
using Microsoft.Extensions.Logging;

namespace Messaging.Catalogue;

/// <summary>
/// Announces a worker to whoever lists services: again and again, at once when it begins to serve or to drain, when a
/// catalogue calls the roll, and for the last time when it ends. One announcement at a time.
/// </summary>
internal sealed partial class WorkerAnnouncer : IAsyncDisposable
{
    // A thousand workers don't answer a roll call in one instant, and however many call, each answers once a second.
    private static readonly TimeSpan _answerDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _answerInterval = TimeSpan.FromSeconds(1);

    // A broker that takes nothing at present must not hold up who stops.
    private static readonly TimeSpan _goodbyeLimit = TimeSpan.FromSeconds(1);

    private readonly Announcement _self;
    private readonly LoadReport _load;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _started;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;

    // Mostly one; two while one of the worker's queues is served by a link of its own.
    private readonly List<WorkerLink> _links = [];
    private Func<WorkerPresence> _look = static () => default;
    private Task _announcing = Task.CompletedTask;
    private TimeSpan _nextAnswer;
    private bool _asked;
    private TimeSpan _due = TimeSpan.MaxValue;
    private bool _ended;

    /// <param name="operations">What the worker serves.</param>
    /// <param name="version">The version of its contract; null for none.</param>
    /// <param name="interval">How long it is from one announcement to the next; zero for none at all.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public WorkerAnnouncer(OperationTable operations, string? version, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        _interval = interval;
        _time = time;
        _logger = logger;
        _started = time.GetTimestamp();
        _load = new LoadReport(operations.Declared, time);
        _ended = interval == TimeSpan.Zero;
        _timer = time.CreateTimer(static state => ((WorkerAnnouncer)state!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _self = new Announcement
        {
            Format = AnnouncementFormat.Version,
            Service = operations.Service,
            Instance = RandomNumberGenerator.GetHexString(16, lowercase: true),
            Version = version,
            Host = Environment.MachineName,
            ProcessId = Environment.ProcessId,
            IntervalMs = (int)interval.TotalMilliseconds,
        };
    }

    private TimeSpan Now => _time.GetElapsedTime(_started);

    /// <summary>Says where what is announced comes from. Before any link opens.</summary>
    public void Watch(Func<WorkerPresence> look) => _look = look;

    /// <summary>The worker consumes by this link.</summary>
    public void OnOpened(WorkerLink link)
    {
        lock (_lock)
        {
            _links.Add(link);
            PlanNoLaterThan(Now);
        }
    }

    /// <summary>Something has changed that should be known at once.</summary>
    public void OnChanged()
    {
        lock (_lock)
        {
            PlanNoLaterThan(Now);
        }
    }

    /// <summary>Somebody asks who is there.</summary>
    public void OnRollCall()
    {
        var delay = _answerDelay * Random.Shared.NextDouble();
        lock (_lock)
        {
            if (!_asked)
            {
                _asked = true;
                var at = Now + delay;
                PlanNoLaterThan(at > _nextAnswer ? at : _nextAnswer);
            }
        }
    }

    /// <summary>Takes leave, and announces nothing more.</summary>
    public async Task SayGoodbyeAsync()
    {
        WorkerLink? link;
        Task announcing;
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            link = FindLink();
            announcing = _announcing;
        }

        if (link is not null)
        {
            var said = SayGoodbyeAsync(link, announcing);
            await Task.WhenAny(said, Task.Delay(_goodbyeLimit, _time, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _ended = true;
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SayGoodbyeAsync(WorkerLink link, Task announcing)
    {
        await announcing.ConfigureAwait(false);
        await link.AnnounceAsync(AnnouncementFormat.Write(_self with { Gone = true })).ConfigureAwait(false);
    }

    private WorkerLink? FindLink()
    {
        _links.RemoveAll(static link => link.IsLost);
        return _links.Count > 0 ? _links[0] : null;
    }

    private void PlanNoLaterThan(TimeSpan at)
    {
        if (!_ended && at < _due)
        {
            Plan(at);
        }
    }

    private void Plan(TimeSpan at)
    {
        _due = at;
        var delay = at - Now;
        _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void OnDue()
    {
        WorkerLink link;
        TaskCompletionSource done;
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            var now = Now;
            if (FindLink() is not { } open)
            {
                // The next link that opens plans the next one.
                _due = TimeSpan.MaxValue;
                return;
            }

            if (!_announcing.IsCompleted)
            {
                // The broker takes nothing at present.
                Plan(now + _answerDelay);
                return;
            }

            // Not all at the same time, for ever, after they have answered the same roll call.
            Plan(now + (_interval * (0.9 + (0.2 * Random.Shared.NextDouble()))));
            if (_asked)
            {
                // Whatever made it due, it is the answer.
                _asked = false;
                _nextAnswer = now + _answerInterval;
            }

            link = open;
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _announcing = done.Task;
        }

        _ = AnnounceAsync(link, done);
    }

    private async Task AnnounceAsync(WorkerLink link, TaskCompletionSource done)
    {
        try
        {
            var presence = _look();
            await link.AnnounceAsync(AnnouncementFormat.Write(_self with
            {
                UptimeMs = (long)Now.TotalMilliseconds,
                Concurrency = presence.Concurrency,
                Running = presence.Running,
                Draining = presence.Draining,
                Refused = presence.Refused,
                Operations = _load.Take(),
            })).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A bug: whoever works must not suffer from what is said about it.
            LogBroken(_logger, exception, _self.Service);
        }
        finally
        {
            done.SetResult();
        }
    }

    [LoggerMessage(200, LogLevel.Error, "The worker of {Service} could not be announced to catalogues. This is a bug; please report it.")]
    private static partial void LogBroken(ILogger logger, Exception exception, string service);
}
