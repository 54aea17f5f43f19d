using System.Collections.Concurrent;
using System.Globalization;
using Messaging.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Messaging.Faults.Schedules;

/// <summary>Schedules commands while a broker is restarted again and again, and looks when they run.</summary>
public sealed class ScheduleRun
{
    private readonly ScheduleOptions _options;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly ConcurrentDictionary<string, Scheduled> _accepted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<long>> _runs = new(StringComparer.Ordinal);
    private readonly List<(long Left, long Returned)> _absences = [];

    private ScheduleRun(ScheduleOptions options) => _options = options;

    /// <summary>Runs it on a broker of its own.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="log">Told what happens.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public static async Task<ScheduleVerdict> ExecuteAsync(ScheduleOptions options, Action<string> log, CancellationToken cancellationToken)
    {
        await using var broker = await PrivateBroker.StartNewAsync(cancellationToken);
        return await new ScheduleRun(options).RunAsync(broker, log, cancellationToken);
    }

    private async Task<ScheduleVerdict> RunAsync(PrivateBroker broker, Action<string> log, CancellationToken cancellationToken)
    {
        await DeclareOthersAsync(broker, cancellationToken);
        using var host = await StartAsync(broker, cancellationToken);
        try
        {
            var probe = host.Services.GetRequiredService<IProbe>();

            // So that the levels of delay are there, and known to the disk, before the first kill.
            await probe.With(new CallOptions { Delay = TimeSpan.FromSeconds(1) }).DoAsync(new Job("first"), cancellationToken);
            await broker.SyncAsync();
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var load = ScheduleAsync(probe, ends.Token);
            for (var restart = 0; restart < _options.Restarts; restart++)
            {
                await Task.Delay(_options.Every, cancellationToken);
                await RestartAsync(broker, kill: restart % 2 == 0, cancellationToken);
                log(string.Create(CultureInfo.InvariantCulture, $"restart {restart + 1}: away for {_time.GetElapsedTime(_absences[^1].Left, _absences[^1].Returned).TotalSeconds:0.0} s"));
            }

            await ends.CancelAsync();
            await load;
            await WaitAsync(cancellationToken);
            return Judge();
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private async Task DeclareOthersAsync(PrivateBroker broker, CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        for (var number = 0; number < _options.OtherQueues; number++)
        {
            await channel.QueueDeclareAsync(
                string.Create(CultureInfo.InvariantCulture, $"other.{number}"), durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);
        }
    }

    private async Task<IHost> StartAsync(PrivateBroker broker, CancellationToken cancellationToken)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Logging.SetMinimumLevel(LogLevel.None);
        application.Services.AddSingleton(this);
        application.Services.AddMessaging()
            .UseRabbitMq(options => options.Uri = broker.Uri)
            .AddWorker<IProbe, Clock>(static options => options.CommandDeliveryLimit = 50)
            .AddRequester<IProbe>();
        var host = application.Build();
        await host.StartAsync(cancellationToken);
        return host;
    }

    private async Task ScheduleAsync(IProbe probe, CancellationToken cancellationToken)
    {
        var random = new Random(_options.Seed);
        var sending = new List<Task>();
        try
        {
            for (var number = 0; ; number++)
            {
                sending.Add(ScheduleAsync(probe, string.Create(CultureInfo.InvariantCulture, $"{number}"), random.Next(1, _options.MaxDelay + 1)));
                await Task.Delay(TimeSpan.FromSeconds(1 / _options.Rate), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sending);
        }
    }

    private async Task ScheduleAsync(IProbe probe, string id, int seconds)
    {
        var begun = _time.GetTimestamp();
        try
        {
            await probe.With(new CallOptions { Delay = TimeSpan.FromSeconds(seconds), MessageId = id }).DoAsync(new Job(id), CancellationToken.None);
            _accepted[id] = new Scheduled(begun, _time.GetTimestamp(), seconds);
        }
        catch (RpcException)
        {
            // Not accepted: nobody promised anything.
        }
    }

    private async Task RestartAsync(PrivateBroker broker, bool kill, CancellationToken cancellationToken)
    {
        var left = _time.GetTimestamp();
        if (kill)
        {
            await broker.KillAsync();
            await broker.StartAsync(cancellationToken);
        }
        else
        {
            await broker.RestartAsync(cancellationToken);
        }

        _absences.Add((left, _time.GetTimestamp()));
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        var limit = TimeSpan.FromSeconds(_options.MaxDelay) + _options.Patience;
        while (_accepted.Keys.Any(id => !_runs.ContainsKey(id)) && _time.GetElapsedTime(since) < limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    private ScheduleVerdict Judge()
    {
        var lost = new List<string>();
        var early = new List<string>();
        var lateness = new List<TimeSpan>();
        foreach (var (id, scheduled) in _accepted)
        {
            if (!_runs.TryGetValue(id, out var runs) || !runs.TryPeek(out var ran))
            {
                lost.Add(id);
                continue;
            }

            // The broker counts from when it has it, somewhere between these.
            var delay = scheduled.Seconds * _time.TimestampFrequency;
            if (ran < scheduled.Begun + delay)
            {
                early.Add(id);
            }

            var due = scheduled.Accepted + delay;
            foreach (var (left, returned) in _absences)
            {
                due = due >= left && due < returned ? returned : due;
            }

            lateness.Add(_time.GetElapsedTime(due, Math.Max(due, ran)));
        }

        lateness.Sort();
        return new ScheduleVerdict(_accepted.Count, lost, early, _runs.Values.Count(static runs => runs.Count > 1), lateness);
    }

    private sealed record Scheduled(long Begun, long Accepted, int Seconds);

    /// <summary>Notes when each command runs.</summary>
    private sealed class Clock(ScheduleRun run) : IProbe
    {
        public Task<Answer> AskAsync(Question request, CancellationToken cancellationToken) => Task.FromResult(new Answer(request.Id));

        public Task<Answer> RecallAsync(Question request, CancellationToken cancellationToken) => AskAsync(request, cancellationToken);

        public IAsyncEnumerable<Answer> WatchAsync(Question request, CancellationToken cancellationToken) => AsyncEnumerable.Empty<Answer>();

        public Task DoAsync(Job command, CancellationToken cancellationToken)
        {
            run._runs.GetOrAdd(command.Id, static _ => new ConcurrentQueue<long>()).Enqueue(run._time.GetTimestamp());
            return Task.CompletedTask;
        }

        public Task DoOnceAsync(Job command, CancellationToken cancellationToken) => DoAsync(command, cancellationToken);

        public Task UrgeAsync(Job command, CancellationToken cancellationToken) => DoAsync(command, cancellationToken);

        public Task ArrangeAsync(OrderedJob command, CancellationToken cancellationToken) => DoAsync(new Job(command.Id), cancellationToken);
    }
}
