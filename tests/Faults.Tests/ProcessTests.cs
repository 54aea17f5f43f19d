using System.Diagnostics.Metrics;
using Messaging.Faults.Ledgers;
using Messaging.Faults.Tests.Support;
using Messaging.Faults.Verdicts;

namespace Messaging.Faults.Tests;

/// <summary>Processes that are killed, frozen and ended politely in the middle of their work.</summary>
public sealed class ProcessTests(BrokerFixture fixture) : FaultTest(fixture)
{
    [Fact]
    [Row(1)]
    public async Task A_killed_requester_leaves_its_worker_in_order_and_its_accepted_commands_run()
    {
        var (asked, release) = (Signal(), Signal());
        await using var effects = new Ledger(Folder, "worker");
        await StartProbeWorkerAsync(new ProbeScript
        {
            Ask = async (_, token) =>
            {
                asked.TrySetResult();
                await release.Task.WaitAsync(token);
            },
            Do = async (job, token) =>
            {
                await release.Task.WaitAsync(token);
                await effects.WriteAsync(new LedgerLine(LedgerEvent.CommandEffect, job.Id));
            },
        });
        var orphans = 0L;
        using var meter = Listen("messaging.worker.orphan_replies", count => Interlocked.Add(ref orphans, count));
        var requester = await StartRequesterProcessAsync("requester", [new("Party:Rate", "200"), new("Party:CallTimeout", "00:01:00")]);
        await SoonAsync(asked.Task);
        await UntilAsync(() => Accepted() >= 20, "commands are accepted");

        await requester.KillAsync();
        await UntilAsync(
            async () => !(await Broker.RabbitmqctlAsync("list_queues", "--no-table-headers", "name")).Contains("messaging.reply.", StringComparison.Ordinal),
            "the reply queue is gone with its requester");
        release.SetResult();

        await UntilAsync(() => Interlocked.Read(ref orphans) > 0, "orphaned replies are counted");
        await UntilAsync(async () => await MessagesInAsync(IProbe.Name) == 0 && await MessagesInAsync(IProbe.Name + ".commands") == 0, "everything is acknowledged");
        var verdict = Oracle.Judge(Folder, new LeftBehind([], []));
        Assert.True(verdict.IsGood && verdict.Accepted >= 20, verdict.ToString());
    }

    [Fact]
    [Row(4)]
    public async Task A_frozen_workers_command_goes_to_another_and_its_late_acknowledgement_does_no_harm()
    {
        var frozen = await StartWorkerProcessAsync("worker-1", [new("Party:Handling", "00:00:02")]);
        var probe = await StartProbeRequesterAsync();
        var call = FailsAsync(() => probe.With(new CallOptions { Timeout = TimeSpan.FromSeconds(3) }).AskAsync(new Question("call"), Token));
        Assert.Equal("call", await frozen.ReadLineAsync(Token));
        await SoonAsync(probe.DoAsync(new Job("command"), Token));
        Assert.Equal("command", await frozen.ReadLineAsync(Token));

        await frozen.FreezeAsync();
        Assert.Equal(StatusCode.DeadlineExceeded, (await call).Failure.Status);
        var heir = await StartWorkerProcessAsync("worker-2");
        Assert.Equal("command", await SoonAsync(heir.ReadLineAsync(Token)));
        Assert.Equal(0, await SoonAsync(heir.TerminateAsync()));

        // It goes on with what was taken from it, and then serves as before.
        await frozen.ThawAsync();
        await SoonAsync(probe.With(new CallOptions { Timeout = Patience }).AskAsync(new Question("afterwards"), Token));
        Assert.False(frozen.HasExited);
        Assert.Equal(0, await MessagesInAsync(IProbe.Name + ".commands"));
        Assert.Contains(Ledger.ReadAll(Folder), entry => entry is ("worker-2", { Id: "command" }));
    }

    [Fact]
    [Row(27, 28)]
    public async Task A_command_that_kills_its_workers_is_dead_lettered_and_its_neighbours_are_not_lost()
    {
        const int Neighbours = 50;
        KeyValuePair<string, string>[] settings =
        [
            new($"Messaging:Workers:{IProbe.Name}:CommandDeliveryLimit", "2"),
            new($"Messaging:Workers:{IProbe.Name}:CommandConcurrency", "1"),
            new($"Messaging:Workers:{IProbe.Name}:CommandPrefetch", "100"),
        ];

        // The first declares the queue and leaves.
        await (await StartWorkerProcessAsync("worker-0", settings)).TerminateAsync();
        var probe = await StartProbeRequesterAsync();
        for (var number = 0; number < Neighbours; number++)
        {
            await SoonAsync(probe.DoAsync(new Job($"neighbour-{number}"), Token));
            if (number == Neighbours / 2)
            {
                await SoonAsync(probe.DoAsync(new Job("poison", JobKind.Kills), Token));
            }
        }

        var deaths = 0;
        for (; await MessagesInAsync(IProbe.Name + ".commands") > 0; deaths++)
        {
            var worker = await StartWorkerProcessAsync($"worker-{deaths + 1}", settings);
            await UntilAsync(async () => worker.HasExited || await MessagesInAsync(IProbe.Name + ".commands") == 0, "the worker dies or is done");
        }

        // The broker moves a dead letter after it has taken it out of its queue.
        await UntilAsync(async () => await MessagesInAsync(IProbe.Name + ".dead") > 0, "the dead letter arrives");
        var left = await LeftBehind.DrainAsync(Broker, Token);
        Assert.Contains("poison", left.Dead);
        Assert.Equal(3, deaths);
        var run = Ledger.ReadAll(Folder).Select(entry => entry.Line.Id).ToHashSet(StringComparer.Ordinal);
        Assert.All(Enumerable.Range(0, Neighbours), number => Assert.True(
            run.Contains($"neighbour-{number}") || left.Dead.Contains($"neighbour-{number}", StringComparer.Ordinal), $"neighbour-{number} is lost"));
    }

    [Fact]
    [Row(38)]
    public async Task A_worker_process_that_is_ended_politely_answers_the_hundred_calls_it_runs_and_ends_with_zero()
    {
        const int Calls = 100;
        var worker = await StartWorkerProcessAsync(
            "worker", [new("Party:Handling", "00:00:02"), new($"Messaging:Workers:{IProbe.Name}:Concurrency", "128")]);
        var probe = await StartProbeRequesterAsync();
        var calls = Enumerable.Range(0, Calls)
            .Select(number => probe.With(new CallOptions { Timeout = Patience }).AskAsync(new Question($"call-{number}"), Token)).ToList();
        for (var started = 0; started < Calls; started++)
        {
            await SoonAsync(worker.ReadLineAsync(Token));
        }

        Assert.Equal(0, await SoonAsync(worker.TerminateAsync()));
        Assert.Equal(Calls, (await SoonAsync(Task.WhenAll(calls))).Length);
    }

    private int Accepted() =>
        Ledger.ReadAll(Folder).Count(entry => entry.Line is { Event: LedgerEvent.CommandOutcome, Status: nameof(StatusCode.OK) });

    private static MeterListener Listen(string instrument, Action<long> add)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (published, listener) =>
            {
                if (string.Equals(published.Name, instrument, StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(published);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => add(measurement));
        listener.Start();
        return listener;
    }
}
