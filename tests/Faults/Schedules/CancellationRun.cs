using System.Globalization;
using Messaging.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Faults.Schedules;

/// <summary>Schedules commands, cancels all of them, kills the broker in between, and looks what they leave in it.</summary>
public sealed class CancellationRun
{
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly Action<string> _log;
    private int _ran;

    private CancellationRun(Action<string> log) => _log = log;

    /// <summary>Runs it on a broker of its own.</summary>
    /// <param name="count">How many commands.</param>
    /// <param name="oneByOne">How many of them are cancelled one after the other, and not 50 at a time.</param>
    /// <param name="delay">How long they are delayed. They have to be scheduled, cancelled and the broker restarted within.</param>
    /// <param name="log">Told what happens.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Whether none ran and nothing was left.</returns>
    public static async Task<bool> ExecuteAsync(int count, int oneByOne, TimeSpan delay, Action<string> log, CancellationToken cancellationToken)
    {
        await using var broker = await PrivateBroker.StartNewAsync(cancellationToken);
        return await new CancellationRun(log).RunAsync(broker, count, oneByOne, delay, cancellationToken);
    }

    private async Task<bool> RunAsync(PrivateBroker broker, int count, int oneByOne, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var host = await StartAsync(broker, cancellationToken);
        try
        {
            var probe = host.Services.GetRequiredService<IProbe>();
            var scheduled = host.Services.GetRequiredService<IScheduledCommands>();

            // All queues and exchanges are declared, and one cancelled command is remembered and stays so, before it is counted.
            await probe.With(new CallOptions { Delay = TimeSpan.FromSeconds(1), MessageId = "first" }).DoAsync(new Job("first"), cancellationToken);
            await scheduled.CancelAsync(IProbe.Name, "nobody", cancellationToken);
            while (Volatile.Read(ref _ran) == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }

            await broker.SyncAsync();
            var before = await LookAsync(broker, "before");
            var begun = _time.GetTimestamp();
            await AtATimeAsync(50, count, number => probe.With(new CallOptions { Delay = delay, MessageId = Id(number) }).DoAsync(new Job(Id(number)), cancellationToken));
            var last = _time.GetTimestamp();
            _log(string.Create(CultureInfo.InvariantCulture, $"{count} scheduled in {_time.GetElapsedTime(begun).TotalSeconds:0.0} s"));
            await TakeTimeAsync("one by one", oneByOne, () => AtATimeAsync(1, oneByOne, number => scheduled.CancelAsync(IProbe.Name, Id(number), cancellationToken)));
            await TakeTimeAsync("50 at a time", count - oneByOne, () => AtATimeAsync(50, count - oneByOne, number => scheduled.CancelAsync(IProbe.Name, Id(oneByOne + number), cancellationToken)));
            var meanwhile = await LookAsync(broker, "cancelled");
            begun = _time.GetTimestamp();
            await broker.KillAsync();
            await broker.StartAsync(cancellationToken);
            _log(string.Create(CultureInfo.InvariantCulture, $"killed, and back in {_time.GetElapsedTime(begun).TotalSeconds:0.0} s; the last is due in {(delay - _time.GetElapsedTime(last)).TotalSeconds:0.0} s"));
            await LookAsync(broker, "back");
            await Task.Delay(Max(delay - _time.GetElapsedTime(last), TimeSpan.Zero) + TimeSpan.FromMinutes(1), cancellationToken);
            var after = await LookAsync(broker, "a minute after the last was due");
            _log(string.Create(CultureInfo.InvariantCulture, $"{Volatile.Read(ref _ran) - 1} ran"));
            return Volatile.Read(ref _ran) == 1 && after == before && meanwhile.Queues == before.Queues;
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"cancelled-{number}");

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static Task AtATimeAsync(int callers, int count, Func<int, Task> action)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            for (var number = Interlocked.Increment(ref next); number < count; number = Interlocked.Increment(ref next))
            {
                await action(number);
            }
        }));
    }

    private async Task TakeTimeAsync(string how, int count, Func<Task> action)
    {
        var begun = _time.GetTimestamp();
        await action();
        var took = _time.GetElapsedTime(begun);
        _log(string.Create(CultureInfo.InvariantCulture, $"{count} cancelled {how} in {took.TotalSeconds:0.0} s, {took.TotalMilliseconds / Math.Max(1, count):0.00} ms each"));
    }

    private async Task<Holdings> LookAsync(PrivateBroker broker, string when)
    {
        // Only what is durable counts: reply queues and workers' own end with their connections.
        var queues = Lines(await broker.RabbitmqctlAsync("list_queues", "--no-table-headers", "durable", "messages", "name")).Where(static line => line.StartsWith("true\t", StringComparison.Ordinal)).ToList();
        var bindings = Lines(await broker.RabbitmqctlAsync("list_bindings", "--no-table-headers", "source_name", "routing_key")).Count(static line => line.StartsWith("messaging.cancelled\t", StringComparison.Ordinal));
        var bytes = long.Parse(await broker.RabbitmqctlAsync("eval", "erlang:memory(total)."), CultureInfo.InvariantCulture);
        var holdings = new Holdings(queues.Count, queues.Sum(static line => long.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture)), bindings);
        _log(string.Create(CultureInfo.InvariantCulture, $"{when}: {holdings.Queues} queues, {holdings.Messages} messages, {holdings.Bindings} cancellations; {bytes >> 20} MiB"));
        return holdings;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private async Task<IHost> StartAsync(PrivateBroker broker, CancellationToken cancellationToken)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Logging.SetMinimumLevel(LogLevel.None);
        application.Services.AddSingleton(this);
        application.Services.AddMessaging()
            .UseRabbitMq(options => options.Uri = broker.Uri)
            .AddWorker<IProbe, Counter>(static options => (options.CommandDeliveryLimit, options.CommandConcurrency) = (50, 100))
            .AddRequester<IProbe>();
        var host = application.Build();
        await host.StartAsync(cancellationToken);
        return host;
    }

    private sealed record Holdings(int Queues, long Messages, int Bindings);

    private sealed class Counter(CancellationRun run) : IProbe
    {
        public Task<Answer> AskAsync(Question request, CancellationToken cancellationToken) => Task.FromResult(new Answer(request.Id));

        public Task<Answer> RecallAsync(Question request, CancellationToken cancellationToken) => AskAsync(request, cancellationToken);

        public IAsyncEnumerable<Answer> WatchAsync(Question request, CancellationToken cancellationToken) => AsyncEnumerable.Empty<Answer>();

        public Task DoAsync(Job command, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref run._ran);
            return Task.CompletedTask;
        }

        public Task DoOnceAsync(Job command, CancellationToken cancellationToken) => DoAsync(command, cancellationToken);

        public Task UrgeAsync(Job command, CancellationToken cancellationToken) => DoAsync(command, cancellationToken);

        public Task ArrangeAsync(OrderedJob command, CancellationToken cancellationToken) => DoAsync(new Job(command.Id), cancellationToken);
    }
}
