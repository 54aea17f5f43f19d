namespace Messaging.Watching;

/// <summary>Takes a sample each step for as long as the application runs, and hands it to whoever watches.</summary>
internal sealed class Sampler(CatalogueWatch catalogue, QueueWatch queues, KnownServices known, BrokerSight sight, HistoryBook history, TimeProvider time)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<Sample> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Sample? _last;
    private FailureRates _failures = FailureRates.None;
    private long _number;

    /// <summary>The time between two samples.</summary>
    public static TimeSpan Step { get; } = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Step, time);
        do
        {
            Take();
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The newest sample that is not <paramref name="seen"/>, as soon as there is one.</summary>
    public Task<Sample> WaitAsync(Sample? seen, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _last is { } last && !ReferenceEquals(last, seen) ? Task.FromResult(last) : _next.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>One service of a sample in detail.</summary>
    public ServiceSnapshot Describe(Sample sample, string service) => SampleMaker.Describe(sample, service, queues.Of(service));

    /// <summary>Takes a sample of what the watches know.</summary>
    public void Take()
    {
        var instances = catalogue.Instances;
        _failures = _failures.Next(instances ?? []);
        var (total, services) = SampleMaker.Sum(known.Names, instances ?? [], _failures, queues.Of);
        var fleet = new FleetSnapshot(_number++, time.GetUtcNow().ToUnixTimeMilliseconds(), instances is not null, sight.Trouble, total, services);
        var sample = new Sample(fleet, instances ?? [], _failures);
        history.Add(fleet);
        TaskCompletionSource<Sample> next;
        lock (_lock)
        {
            _last = sample;
            next = _next;
            _next = new TaskCompletionSource<Sample>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        next.SetResult(sample);
    }
}
